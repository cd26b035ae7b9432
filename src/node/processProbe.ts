import { execFile } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import { errorCode } from '../base/errorText.ts';
import type { HostIdentity, ProcessProbe, ProcessState } from '../core/agents/liveness.ts';
import { parsePsStarts, parseKernBoottime, psArguments } from './processProbeDarwin.ts';
import {
  clockTicksPerSecond,
  parseProcBootTimeMs,
  parseProcStartTicks,
} from './processProbeLinux.ts';
import {
  maxPidsPerCommand,
  parseProcessTimes,
  processTimesCommand,
} from './processProbeWindows.ts';

const run = promisify(execFile);
const commandTimeoutMs = 10_000;

/** The probe of the platform that this process runs on. */
export function createProcessProbe(platform: NodeJS.Platform = process.platform): ProcessProbe {
  switch (platform) {
    case 'linux':
      return linuxProbe();
    case 'darwin':
      return darwinProbe();
    case 'win32':
      return windowsProbe();
    default:
      return {
        host: () => Promise.resolve(noHost),
        probe: (pids) => Promise.resolve(probeEach(pids, signalState)),
      };
  }
}

const noHost: HostIdentity = { bootId: undefined, pidNamespace: undefined };

/** `kill(pid, 0)`: ESRCH means gone; EPERM means that it exists under another user. */
function signalState(pid: number): ProcessState {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return { kind: 'gone' };
  }
  return { kind: 'running', start: undefined, startedAtMs: undefined };
}

function probeEach(
  pids: readonly number[],
  stateOf: (pid: number) => ProcessState,
): ReadonlyMap<number, ProcessState> {
  return new Map(pids.map((pid) => [pid, stateOf(pid)]));
}

function linuxProbe(): ProcessProbe {
  const host: HostIdentity = {
    bootId: tryRead(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidNamespace: tryRead(() => readlinkSync('/proc/self/ns/pid')),
  };
  const bootTimeMs = tryRead(() => parseProcBootTimeMs(readFileSync('/proc/stat', 'utf8')));
  const stateOf = (pid: number): ProcessState => {
    const state = signalState(pid);
    if (state.kind === 'gone') return state;
    const stat = tryRead(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
    const parsed = stat === undefined ? undefined : parseProcStartTicks(stat);
    if (parsed === undefined) return state;
    // A zombie only waits for its parent to take its exit code; it works on nothing any more.
    if (parsed.isZombie) return { kind: 'gone' };
    return {
      kind: 'running',
      start: `linux-ticks:${parsed.startTicks}`,
      startedAtMs:
        bootTimeMs === undefined
          ? undefined
          : bootTimeMs + (parsed.startTicks / clockTicksPerSecond) * 1000,
    };
  };
  return {
    host: () => Promise.resolve(host),
    probe: (pids) => Promise.resolve(probeEach(pids, stateOf)),
  };
}

function darwinProbe(): ProcessProbe {
  const readBootId = async (): Promise<HostIdentity> => {
    const { stdout } = await run('/usr/sbin/sysctl', ['-n', 'kern.boottime'], commandOptions());
    return { bootId: parseKernBoottime(stdout), pidNamespace: undefined };
  };
  const host = readBootId().catch(() => noHost);
  return {
    host: () => host,
    probe: (pids) =>
      withStarts(pids, async (alive) =>
        parsePsStarts((await run('/bin/ps', psArguments(alive), commandOptions())).stdout),
      ),
  };
}

function windowsProbe(): ProcessProbe {
  return {
    host: () => Promise.resolve(noHost),
    probe: async (pids) => {
      const starts = new Map<number, ProcessState>();
      for (let i = 0; i < pids.length; i += maxPidsPerCommand) {
        const { command, args } = processTimesCommand(pids.slice(i, i + maxPidsPerCommand));
        const { stdout } = await run(command, args, commandOptions());
        for (const [pid, state] of parseProcessTimes(stdout)) starts.set(pid, state);
      }
      // Signal 0 is no test there: the listing alone says who exists.
      return probeEach(pids, (pid) => starts.get(pid) ?? { kind: 'gone' });
    },
  };
}

/** Times must not depend on the user's language or zone: they are compared as text. */
function commandOptions(): { timeout: number; windowsHide: boolean; env: NodeJS.ProcessEnv } {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  return { timeout: commandTimeoutMs, windowsHide: true, env };
}

/** Adds the starts that a command lists; without them the answer of the signal stands. */
async function withStarts(
  pids: readonly number[],
  list: (alive: readonly number[]) => Promise<ReadonlyMap<number, ProcessState>>,
): Promise<ReadonlyMap<number, ProcessState>> {
  const states = new Map(probeEach(pids, signalState));
  const alive = pids.filter((pid) => states.get(pid)?.kind === 'running');
  if (alive.length === 0) return states;
  try {
    for (const [pid, state] of await list(alive)) states.set(pid, state);
  } catch {
    // The command is missing or refused; existence alone is still evidence.
  }
  return states;
}

function tryRead<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    // Not every system has every file of /proc.
    return undefined;
  }
}
