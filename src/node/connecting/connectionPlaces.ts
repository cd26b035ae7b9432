import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { ConnectionRecipe, ConnectionScope } from '../../core/harness/connectionRecipe.ts';
import type { HeddleRoot } from '../heddleRoot.ts';

/** Where connections are made. */
export interface ConnectionPlaces {
  /** The top of the checkout whose settings are meant, absolute. */
  readonly checkout: string;
  /** Whose folder keeps the records of that checkout. */
  readonly location: HeddleRoot;
  /** The home of the person, absolute. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The settings file of a scope, absolute. */
export function settingsPath(
  recipe: ConnectionRecipe,
  scope: ConnectionScope,
  { checkout, home, env }: ConnectionPlaces,
): string {
  const place = recipe.places[scope];
  if (place.base === 'checkout') return join(checkout, ...place.path);
  const named = place.variable === undefined ? undefined : env[place.variable];
  const isNamed = named !== undefined && isAbsolute(named);
  return join(isNamed ? named : join(home, ...place.folder), ...place.path);
}

/** The top of the checkout of git around a folder; undefined outside of any. Runs no git. */
export function checkoutAround(start: string): string | undefined {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** Our own folder in a home. */
export function ownHomeFolder(home: string): string {
  return join(home, '.heddle-agents');
}

/** Where the records of a scope are kept. */
export function recordsFolder(scope: ConnectionScope, places: ConnectionPlaces): string {
  return scope === 'user'
    ? join(ownHomeFolder(places.home), 'connections')
    : join(places.location.heddleFolder, 'connections');
}
