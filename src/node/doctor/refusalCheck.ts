import type { ConnectionRecipe } from '../../core/harness/connectionRecipe.ts';
import type { DoctorCheck } from '../../core/harness/doctor/doctorReport.ts';
import type { HarnessId } from '../../core/harness/harnessEvent.ts';
import { join } from 'node:path';
import { ok, problem, type CheckName } from './doctorCheck.ts';
import { isRefusal, runHookIn, type HookProgram, type HookRun } from './hookRun.ts';
import { withTrialRepository } from './trialRepository.ts';

/** How it is tried out whether a hook refuses. */
export interface RefusalTrial {
  readonly program: HookProgram;
  /** What an agent tells its hook before it changes a file; paths are absolute. */
  readonly editOf: (harness: HarnessId, edit: TriedEdit) => unknown;
}

export interface TriedEdit {
  readonly cwd: string;
  readonly file: string;
}

/** A file that somebody holds must be refused, and one that nobody holds must not. */
export async function refusalCheck(
  name: CheckName,
  { harness, displayName }: ConnectionRecipe,
  { program, editOf }: RefusalTrial,
): Promise<DoctorCheck> {
  const [held, free] = await withTrialRepository(async (trial) => {
    await trial.lockForSomebody('held.txt');
    const tryEdit = (file: string): Promise<HookRun> => {
      const payload = editOf(harness, { cwd: trial.root, file: join(trial.root, file) });
      return runHookIn(trial, { program, harness, payload });
    };
    return [await tryEdit('held.txt'), await tryEdit('free.txt')] as const;
  });
  if (!isRefusal(held)) {
    return problem(
      name,
      `In a trial, an edit of a file that somebody else holds was not refused. ${answered(held)}`,
      `Run "heddle-agents doctor --simulate FILE" with an event of ${displayName} to see what the hook answers.`,
    );
  }
  if (isRefusal(free)) {
    return problem(
      name,
      `In a trial, an edit of a file that nobody holds was refused. ${answered(free)}`,
      'Look at .heddle/hook-settings.json, and run the doctor again.',
    );
  }
  return ok(name, 'In a trial, the hook refused a held file and let a free one be edited.');
}

function answered({ exitCode, stdout, stderr }: HookRun): string {
  const said = `${stdout}${stderr}`.trim().slice(0, 200);
  const code = exitCode === undefined ? 'was stopped' : `ended with ${exitCode}`;
  return said === '' ? `The hook ${code} and said nothing.` : `The hook ${code} and said: ${said}`;
}
