/** One line of the report: what was aimed at, what was measured. */
export interface Figure {
  readonly name: string;
  readonly target: string;
  readonly measured: string;
  /** Undefined where there is no target. */
  readonly isMet: boolean | undefined;
}

export function atMost(name: string, measured: number, target: number, unit: string): Figure {
  return {
    name,
    target: `≤ ${target} ${unit}`,
    measured: `${rounded(measured)} ${unit}`,
    isMet: measured <= target,
  };
}

/** What has no target of its own. */
export function reported(name: string, measured: number, unit: string): Figure {
  return { name, target: '–', measured: `${rounded(measured)} ${unit}`, isMet: undefined };
}

export function atLeastTimes(name: string, measured: number, target: number): Figure {
  return {
    name,
    target: `≥ ${target} ×`,
    measured: `${rounded(measured)} ×`,
    isMet: measured >= target,
  };
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 50);
}

export function percentile(samples: readonly number[], percent: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const index = Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1);
  return sorted[Math.max(0, index)] ?? Number.NaN;
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(3);
}
