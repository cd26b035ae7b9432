import * as vscode from 'vscode';
import { connectionScopes, type ConnectionRecipe } from '../../core/harness/connectionRecipe.ts';
import { connectionRecipes } from '../../harnesses/connecting/connectionRecipes.ts';
import type { ConnectionPlaces } from '../../node/connecting/connectionPlaces.ts';
import { connectionStatus } from '../../node/connecting/connectionStatus.ts';
import {
  harnessVersion,
  installedHarnesses,
  type InstalledHarness,
} from '../../node/connecting/installedHarnesses.ts';
import {
  connectionText,
  isWellConnected,
  type ScopedConnection,
} from '../../presentation/connectionWording.ts';
import { toPickText } from '../../presentation/plainText.ts';

/** A coding agent as it can be chosen. A separator has no recipe. */
export interface HarnessItem extends vscode.QuickPickItem {
  readonly recipe: ConnectionRecipe | undefined;
  readonly isInstalled: boolean;
  readonly connections: readonly ScopedConnection[];
}

/** How long is waited for programs to say their version. */
const versionsMs = 4000;

/** Every coding agent: those that are installed first, with their version and how they are connected. */
export async function harnessItems(places: ConnectionPlaces): Promise<readonly HarnessItem[]> {
  const { t } = vscode.l10n;
  const { home, env } = places;
  const recipes = connectionRecipes(process.platform);
  const installed = installedHarnesses(recipes, { home, env, platform: process.platform });
  const versions = await versionsOf(installed);
  const items = await Promise.all(
    recipes.map(async (recipe): Promise<HarnessItem> => {
      const connections = await connectionsOf(recipe, places);
      const version = versions.get(recipe);
      const isInstalled = installed.some((each) => each.recipe === recipe);
      // Of what is neither here nor connected nothing need be said.
      const hasState = isInstalled || connections.length > 0;
      const parts = [version, hasState ? connectionText(connections, t) : undefined];
      return {
        recipe,
        label: toPickText(recipe.displayName),
        description: toPickText(parts.filter((part) => part !== undefined).join(' · ')),
        isInstalled,
        connections,
      };
    }),
  );
  const here = items.filter(({ isInstalled }) => isInstalled);
  const others = items.filter(({ isInstalled }) => !isInstalled);
  return [
    ...withTitle(t('Found on this machine'), here),
    ...withTitle(t('Not found on this machine'), others),
  ];
}

/** True for what somebody who wants to connect agents most likely means. */
export function isSuggested({ isInstalled, connections }: HarnessItem): boolean {
  return isInstalled && !isWellConnected(connections);
}

/** Of each scope that has anything to say. */
export async function connectionsOf(
  recipe: ConnectionRecipe,
  places: ConnectionPlaces,
): Promise<readonly ScopedConnection[]> {
  const all = await Promise.all(
    connectionScopes.map(async (scope) => ({
      scope,
      state: (await connectionStatus(recipe, scope, places)).state,
    })),
  );
  return all.filter(({ state }) => state !== 'not-connected');
}

function withTitle(title: string, items: readonly HarnessItem[]): readonly HarnessItem[] {
  if (items.length === 0) return [];
  const kind = vscode.QuickPickItemKind.Separator;
  const separator = { label: title, kind, recipe: undefined, isInstalled: false, connections: [] };
  return [separator, ...items];
}

async function versionsOf(
  installed: readonly InstalledHarness[],
): Promise<ReadonlyMap<ConnectionRecipe, string>> {
  const versions = new Map<ConnectionRecipe, string>();
  const asked = installed.map(async (each) => {
    const version = await harnessVersion(each);
    if (version !== undefined) versions.set(each.recipe, version);
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, versionsMs)));
  await Promise.race([Promise.all(asked), late]);
  clearTimeout(timer);
  return new Map(versions);
}
