import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DoctorCheck } from '../../core/harness/doctor/doctorReport.ts';
import { launcherPath, launcherState } from '../connecting/launcher.ts';
import { parseTargets } from '../connecting/launcherTargets.ts';
import { guarded, nothingToCheck, ok, problem, warning } from './doctorCheck.ts';

export interface LauncherCheckOptions {
  readonly home: string;
  /** Whether any coding agent is told to call the launcher. */
  readonly isNeeded: boolean;
  /** The program that runs now. */
  readonly version: string;
}

/** The small program in the home that every connected agent calls. */
export function launcherCheck(options: LauncherCheckOptions): Promise<DoctorCheck> {
  const name = { id: 'launcher', title: 'Launcher' };
  const place = { home: options.home, platform: process.platform };
  const file = launcherPath(place);
  const advice =
    'Run "heddle-agents connect" for any agent that is connected; it writes the launcher anew.';
  return guarded(name, async () => {
    const state = await launcherState(place);
    if (state.kind === 'missing') {
      if (!options.isNeeded && !existsSync(file)) {
        return nothingToCheck(name, 'No agent is connected, so none is needed.');
      }
      return problem(name, `${file} is missing or was changed, so no hook is called.`, advice);
    }
    if (state.kind === 'no-program') {
      return problem(
        name,
        `${file} finds no Heddle Agents to start: all it knows of were removed.`,
        advice,
      );
    }
    const targets = parseTargets(readFileSync(join(dirname(file), 'targets'), 'utf8'));
    const { version } = targets.find(({ path }) => path === state.cli) ?? {};
    if (version !== options.version) {
      return warning(
        name,
        `${file} starts version ${version ?? '?'} in ${state.cli}; this is version ${options.version}.`,
        advice,
      );
    }
    return ok(name, `${file} starts ${state.cli}.`);
  });
}
