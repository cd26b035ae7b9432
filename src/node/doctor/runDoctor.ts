import { connectionScopes, type ConnectionRecipe } from '../../core/harness/connectionRecipe.ts';
import type { DoctorReport } from '../../core/harness/doctor/doctorReport.ts';
import { connectionStatus } from '../connecting/connectionStatus.ts';
import { settingsPath, type ConnectionPlaces } from '../connecting/connectionPlaces.ts';
import { installedHarnesses } from '../connecting/installedHarnesses.ts';
import { harnessChecks } from './harnessChecks.ts';
import { hookChecks } from './hookChecks.ts';
import { launcherCheck } from './launcherCheck.ts';
import type { RefusalTrial } from './refusalCheck.ts';
import { registryChecks } from './registryChecks.ts';
import { readSessionEvidence } from './sessionEvidence.ts';
import { storeChecks } from './storeChecks.ts';

export interface DoctorWhere {
  /** The folder in which agents work, absolute. */
  readonly cwd: string;
  readonly places: ConnectionPlaces;
  readonly recipes: readonly ConnectionRecipe[];
  readonly trial: RefusalTrial;
  /** The version that runs now. */
  readonly version: string;
  readonly nowMs: number;
}

/**
 * Looks at everything that agents need to join and to be kept apart. It changes nothing that lasts: what
 * is tried out is tried in a repository of its own. Starts the programs of agents for their version.
 */
export async function runDoctor(where: DoctorWhere): Promise<DoctorReport> {
  const { places, recipes, nowMs, trial } = where;
  const { location, home } = places;
  const evidence = readSessionEvidence(location);
  const shared = [
    ...(await registryChecks(location)),
    ...(await storeChecks(location, { cwd: where.cwd })),
    await launcherCheck({ home, version: where.version, isNeeded: await isAnyConnected(where) }),
    ...(await hookChecks(location, { evidence, nowMs })),
  ];
  const filesOfInstalled = installedFiles(where);
  const each = await Promise.all(
    recipes.map((recipe) =>
      harnessChecks(recipe, { places, evidence, nowMs, trial, filesOfInstalled }),
    ),
  );
  return { root: location.root, checkedAtMs: nowMs, checks: [...shared, ...each.flat()] };
}

function installedFiles({ recipes, places }: DoctorWhere): ReadonlySet<string> {
  const { home, env } = places;
  const installed = installedHarnesses(recipes, { home, env, platform: process.platform });
  return new Set(
    installed.flatMap(({ recipe }) =>
      connectionScopes.map((scope) => settingsPath(recipe, scope, places)),
    ),
  );
}

async function isAnyConnected({ recipes, places }: DoctorWhere): Promise<boolean> {
  for (const recipe of recipes) {
    for (const scope of connectionScopes) {
      if ((await connectionStatus(recipe, scope, places)).state !== 'not-connected') return true;
    }
  }
  return false;
}
