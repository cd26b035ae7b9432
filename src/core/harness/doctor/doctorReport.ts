import type { HarnessId } from '../harnessEvent.ts';

export type CheckVerdict =
  | 'ok'
  /** It works, but something should be done. */
  | 'warning'
  /** Agents are not guarded as they should be. */
  | 'problem'
  /** There is nothing to check. */
  | 'not-applicable';

/** One thing that was looked at. */
export interface DoctorCheck {
  /** The same from one report to the next, such as `registry` or `codex.connected`. */
  readonly id: string;
  /** A few words that name what was looked at. */
  readonly title: string;
  readonly verdict: CheckVerdict;
  /** What was found, in sentences. It may contain text from outside. */
  readonly finding: string;
  /** What to do, in sentences; undefined when there is nothing to be done. */
  readonly advice: string | undefined;
  /** The coding agent that it is about, where it is about one. */
  readonly harness?: HarnessId | undefined;
}

/** What the doctor found on one root. */
export interface DoctorReport {
  /** The folder that contains `.heddle`, absolute. */
  readonly root: string;
  readonly checkedAtMs: number;
  /** First what all agents share, then each coding agent. */
  readonly checks: readonly DoctorCheck[];
}

/** How many checks came to each verdict. */
export function countVerdicts({ checks }: DoctorReport): Readonly<Record<CheckVerdict, number>> {
  const counts = { ok: 0, warning: 0, problem: 0, 'not-applicable': 0 };
  for (const { verdict } of checks) counts[verdict] += 1;
  return counts;
}

/** True when nothing keeps agents from being seen and guarded. */
export function isHealthy(report: DoctorReport): boolean {
  return countVerdicts(report).problem === 0;
}
