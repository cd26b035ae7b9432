import { spawn } from 'node:child_process';
import type { TrialRepository } from './trialRepository.ts';

/** How our own command line is started: a Node.js (or VS Code's runtime), then the program. */
export interface HookProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** Variables that it needs, such as the one that turns VS Code into Node.js. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** The bytes with which a hook answered. */
export interface HookRun {
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined when it had to be stopped. */
  readonly exitCode: number | undefined;
  readonly durationMs: number;
}

const longestMs = 20_000;
const maxOutput = 200_000;

/** Runs the hook in a trial repository, as an agent would. @throws Error when it cannot be started */
export function runHookIn(
  trial: TrialRepository,
  {
    program,
    harness,
    payload,
  }: {
    readonly program: HookProgram;
    /** The agent that the command line names; undefined leaves it to the payload. */
    readonly harness: string | undefined;
    readonly payload: unknown;
  },
): Promise<HookRun> {
  const args = [...program.args, 'hook', ...(harness === undefined ? [] : [harness])];
  return new Promise((resolve, reject) => {
    const startedMs = performance.now();
    const child = spawn(program.command, args, {
      cwd: trial.root,
      env: { ...trialEnvironment(trial), ...program.env },
      timeout: longestMs,
      killSignal: 'SIGKILL',
      windowsHide: true,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (stdout.length < maxOutput) stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (stderr.length < maxOutput) stderr += text;
    });
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({
        stdout,
        stderr,
        exitCode: code ?? undefined,
        durationMs: performance.now() - startedMs,
      }),
    );
    // A hook that reads nothing closes its end early.
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify(payload));
  });
}

const passedOn = [
  'PATH',
  'Path',
  'PATHEXT',
  'SystemRoot',
  'ComSpec',
  'TEMP',
  'TMP',
  'TMPDIR',
  'LANG',
];

/** Nothing of the person or of an agent that may have called the doctor. */
function trialEnvironment({ home }: TrialRepository): Record<string, string> {
  const kept = passedOn.flatMap((name): [string, string][] => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(kept), HOME: home, USERPROFILE: home, APPDATA: home };
}

/** True for an answer that keeps an agent from what it was about to do, in the form of any of them. */
export function isRefusal({ stdout, exitCode }: Pick<HookRun, 'stdout' | 'exitCode'>): boolean {
  if (exitCode === 2) return true;
  try {
    return refuses(JSON.parse(stdout));
  } catch {
    return false;
  }
}

function refuses(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const answer = value as Readonly<Record<string, unknown>>;
  if (typeof answer.refuse === 'string') return true;
  const decisions = [answer.permissionDecision, answer.permission, answer.decision];
  const isRefused = decisions.some((decision) => decision === 'deny' || decision === 'block');
  return isRefused || refuses(answer.hookSpecificOutput);
}
