import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { version } from '../../package.json';
import type { ConnectionRecipe, ConnectionScope } from '../core/harness/connectionRecipe.ts';
import { harnessIds, isHarnessId } from '../core/harness/harnessEvent.ts';
import { connectionRecipes } from '../harnesses/connecting/connectionRecipes.ts';
import {
  checkoutAround,
  settingsPath,
  type ConnectionPlaces,
} from '../node/connecting/connectionPlaces.ts';
import { installedHarnesses } from '../node/connecting/installedHarnesses.ts';
import type { LauncherProgram } from '../node/connecting/launcher.ts';
import { baseFolder } from './options.ts';
import { locate } from './registryAccess.ts';
import { UsageError } from './usageError.ts';
import type { VerbContext } from './verbContext.ts';

export interface ScopeFlags {
  readonly user?: boolean;
  readonly shared?: boolean;
}

/** @throws UsageError for two scopes */
export function scopeOf({ user, shared }: ScopeFlags): ConnectionScope {
  if (user === true && shared === true) {
    throw new UsageError('Of --user and --shared only one can be meant.');
  }
  if (user === true) return 'user';
  return shared === true ? 'shared' : 'local';
}

/** The root that `--root` names exactly, or the checkout of the working directory. */
export function placesOf(context: VerbContext): ConnectionPlaces {
  const { host, root } = context;
  const location = locate(context);
  const checkout =
    root === undefined ? (checkoutAround(host.cwd) ?? location.root) : baseFolder(host.cwd, root);
  return { checkout, location, home: homeOf(context), env: host.env };
}

/** @throws UsageError for a name that is none of a coding agent */
export function namedRecipes(names: readonly string[]): readonly ConnectionRecipe[] {
  const known = connectionRecipes(process.platform);
  for (const name of names) {
    if (isHarnessId(name)) continue;
    throw new UsageError(
      `"${name}" is no coding agent that can be connected. There are: ${harnessIds.join(', ')}.`,
    );
  }
  return known.filter(({ harness }) => names.includes(harness));
}

/** Those whose program is found on this machine. */
export function installedRecipes(context: VerbContext): readonly ConnectionRecipe[] {
  const machine = { home: homeOf(context), env: context.host.env, platform: process.platform };
  return installedHarnesses(connectionRecipes(process.platform), machine).map(
    ({ recipe }) => recipe,
  );
}

/** Of agents that read the same file the first one. */
export function oncePerFile(
  recipes: readonly ConnectionRecipe[],
  scope: ConnectionScope,
  places: ConnectionPlaces,
): readonly ConnectionRecipe[] {
  const files = recipes.map((recipe) => settingsPath(recipe, scope, places));
  return recipes.filter((_recipe, i) => files.indexOf(files[i] ?? '') === i);
}

/** This very program, for the launcher. */
export function ownProgram(): LauncherProgram {
  const [, script = ''] = process.argv;
  const runtime =
    process.versions.electron === undefined
      ? { node: process.execPath }
      : { code: process.execPath };
  return { cli: realpathSync(script), version, ...runtime };
}

export function homeOf({ host: { env } }: Pick<VerbContext, 'host'>): string {
  const named = process.platform === 'win32' ? env.USERPROFILE : env.HOME;
  return named === undefined || named === '' ? homedir() : named;
}
