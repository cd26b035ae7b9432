import { sep } from 'node:path';
import {
  rebasePayload,
  restorePaths,
  type Rebasing,
} from '../../core/harness/doctor/rebasePayload.ts';
import type { HarnessId } from '../../core/harness/harnessEvent.ts';
import { runHookIn, type HookProgram, type HookRun } from './hookRun.ts';
import { withTrialRepository } from './trialRepository.ts';

/** An event of an agent as it was recorded. */
export interface RecordedPayload {
  /** Of its file, for people. */
  readonly name: string;
  readonly payload: unknown;
}

/** What the fields of a payload say. */
export interface RecognisedPayload {
  readonly harness: HarnessId;
  readonly eventName: string;
  /** What happened, in our words. */
  readonly action: string;
  readonly cwd: string;
}

export interface SimulatedPayload {
  readonly name: string;
  /** Undefined when no agent that is known sends such a payload. */
  readonly recognised: RecognisedPayload | undefined;
  readonly run: HookRun;
}

export interface SimulationOptions {
  readonly program: HookProgram;
  readonly recognise: (payload: unknown) => RecognisedPayload | undefined;
  /** Names the agent on the hook's command line; otherwise the payload tells. */
  readonly harness?: HarnessId | undefined;
}

/**
 * Feeds recorded events to the hook, one after the other, in an empty repository that is removed
 * afterwards. Paths follow into it, and answers name the recorded ones again.
 */
export function simulatePayloads(
  recorded: readonly RecordedPayload[],
  { program, recognise, harness }: SimulationOptions,
): Promise<readonly SimulatedPayload[]> {
  return withTrialRepository(async (trial) => {
    const known = recorded.map((each) => ({ ...each, recognised: recognise(each.payload) }));
    const roots = known.flatMap(({ recognised }) => (recognised ? [recognised.cwd] : []));
    const simulated: SimulatedPayload[] = [];
    for (const { name, payload, recognised } of known) {
      const rebasing: Rebasing = {
        from: recognised === undefined ? '' : outermost(recognised.cwd, roots),
        to: trial.root,
        outside: trial.outside,
        separator: sep,
      };
      const moved = rebasePayload(payload, rebasing);
      const run = await runHookIn(trial, { program, harness, payload: moved });
      const stdout = restorePaths(run.stdout, rebasing);
      const stderr = restorePaths(run.stderr, rebasing);
      simulated.push({ name, recognised, run: { ...run, stdout, stderr } });
    }
    return simulated;
  });
}

/** The folder of all recorded ones around this one that is nearest to the root. */
function outermost(cwd: string, all: readonly string[]): string {
  const around = all.filter(
    (each) => cwd === each || (/^[\\/]/.test(cwd.slice(each.length)) && cwd.startsWith(each)),
  );
  return around.reduce((a, b) => (b.length < a.length ? b : a), cwd);
}
