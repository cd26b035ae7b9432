import type { AgentEntry } from './agentEntry.ts';
import { timestampMs } from './timestamp.ts';

/** Dead entries may be reaped, unknown ones never. */
export type Liveness = 'alive' | 'dead' | 'unknown';

/** The evidence behind a verdict, as data. Wording is in the presentation layer. */
export type LivenessReason =
  /** The process exists and nothing speaks against it being the recorded one. */
  | 'running'
  /** It exists, but started after the entry did, by the wall clock only. Shown, never reaped. */
  | 'possibly-reused'
  /** No process has this id. */
  | 'gone'
  /** The id belongs to a process with another recorded start. */
  | 'reused'
  /** The machine was started again since the process was recorded. */
  | 'rebooted'
  /** The recorded id can name no process: 0, or negative as a signed 32-bit number. */
  | 'impossible-pid'
  /** The id counts in another pid namespace (a container), so it says nothing here. */
  | 'other-pid-namespace'
  /** No process was recorded. */
  | 'no-process'
  /** The platform did not answer. */
  | 'not-checked'
  /** The status is terminal. */
  | 'finished';

export interface LivenessVerdict {
  readonly liveness: Liveness;
  readonly reason: LivenessReason;
}

/** The machine on which a verdict is made. Unknown parts are undefined. */
export interface HostIdentity {
  readonly bootId: string | undefined;
  readonly pidNamespace: string | undefined;
}

/** What the platform says of one process id. */
export type ProcessState =
  | { readonly kind: 'gone' }
  | {
      readonly kind: 'running';
      /** Opaque start of the process; equal for the same process, comparable on one platform. */
      readonly start: string | undefined;
      /** The same as a wall-clock time, as good as the platform tells it. */
      readonly startedAtMs: number | undefined;
    };

/** The fields of an entry on which a verdict rests. */
export type LivenessSubject = Pick<
  AgentEntry,
  | 'status'
  | 'pid'
  | 'bootId'
  | 'processStart'
  | 'pidNamespace'
  | 'startedAt'
  | 'heartbeatAt'
  | 'lastProgressAt'
>;

/** The port through which the core learns of processes. */
export interface ProcessProbe {
  host(): Promise<HostIdentity>;
  /** One answer for each id that was asked for. A process that exists under another user is running. */
  probe(pids: readonly number[]): Promise<ReadonlyMap<number, ProcessState>>;
}

/** Clocks of kernel and wall differ by this much before a start counts as later than the entry. */
const startToleranceMs = 10_000;
const maxPid = 0x7fff_ffff;
/** Starts that count from the boot, so that they mean nothing across boots. */
export const bootRelativeScheme = 'linux-ticks:';

const verdicts: Readonly<Record<LivenessReason, LivenessVerdict>> = {
  running: { liveness: 'alive', reason: 'running' },
  'possibly-reused': { liveness: 'alive', reason: 'possibly-reused' },
  gone: { liveness: 'dead', reason: 'gone' },
  reused: { liveness: 'dead', reason: 'reused' },
  rebooted: { liveness: 'dead', reason: 'rebooted' },
  'impossible-pid': { liveness: 'dead', reason: 'impossible-pid' },
  'other-pid-namespace': { liveness: 'unknown', reason: 'other-pid-namespace' },
  'no-process': { liveness: 'unknown', reason: 'no-process' },
  'not-checked': { liveness: 'unknown', reason: 'not-checked' },
  finished: { liveness: 'dead', reason: 'finished' },
};

/** The process id that must be probed before `assessLiveness` can judge, or undefined for none. */
export function pidToProbe(entry: LivenessSubject, host: HostIdentity): number | undefined {
  return verdictWithoutProbe(entry, host) === undefined ? entry.pid : undefined;
}

/**
 * The verdict on an entry (interop rules: no process → unknown, gone → dead, another boot → dead,
 * terminal → dead), with the better evidence of a recorded process start where there is one.
 *
 * @param state what the probe said of `entry.pid`; a missing answer counts as unknown
 */
export function assessLiveness(
  entry: LivenessSubject,
  host: HostIdentity,
  state: ProcessState | undefined,
): LivenessVerdict {
  return verdicts[judge(entry, host, state)];
}

function judge(
  entry: LivenessSubject,
  host: HostIdentity,
  state: ProcessState | undefined,
): LivenessReason {
  const early = verdictWithoutProbe(entry, host);
  if (early !== undefined) return early;
  if (state === undefined) return 'not-checked';

  const isOtherBoot = areKnownAndDifferent(entry.bootId, host.bootId);
  if (state.kind === 'gone') return isOtherBoot ? 'rebooted' : 'gone';
  const start = compareStarts(entry.processStart, state.start);
  // Absolute starts outweigh the boot, whose time shifts on macOS when the clock is set.
  if (start === 'equal-absolute') return 'running';
  if (isOtherBoot) return 'rebooted';
  if (start === 'different') return 'reused';
  if (start === 'equal-in-boot') return 'running';
  return startedAfterEntry(entry, state.startedAtMs) ? 'possibly-reused' : 'running';
}

function verdictWithoutProbe(
  entry: LivenessSubject,
  host: HostIdentity,
): LivenessReason | undefined {
  if (entry.status !== 'active') return 'finished';
  if (entry.pid === undefined) return 'no-process';
  if (entry.pid <= 0 || entry.pid > maxPid) return 'impossible-pid';
  // A container's process cannot be seen; in a virtual machine it even has a boot of its own.
  if (entry.pidNamespace !== undefined && entry.pidNamespace !== host.pidNamespace) {
    return 'other-pid-namespace';
  }
  return undefined;
}

function areKnownAndDifferent(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

type StartComparison = 'equal-absolute' | 'equal-in-boot' | 'different' | 'incomparable';

/** Starts compare only within one scheme, the part before the colon. */
function compareStarts(recorded: string | undefined, now: string | undefined): StartComparison {
  if (recorded === undefined || now === undefined) return 'incomparable';
  const scheme = now.slice(0, now.indexOf(':') + 1);
  if (!recorded.startsWith(scheme)) return 'incomparable';
  if (recorded !== now) return 'different';
  return scheme === bootRelativeScheme ? 'equal-in-boot' : 'equal-absolute';
}

/**
 * An entry that a resumed agent updated names a process younger than itself, so the newest mark of
 * life in the entry counts, not only its start.
 */
function startedAfterEntry(entry: LivenessSubject, processStartedMs: number | undefined): boolean {
  if (processStartedMs === undefined) return false;
  const marks = [entry.startedAt, entry.heartbeatAt, entry.lastProgressAt].map(timestampMs);
  const newest = Math.max(...marks.filter((mark) => mark !== undefined));
  return Number.isFinite(newest) && processStartedMs > newest + startToleranceMs;
}
