import { readFile } from 'node:fs/promises';
import { connectionScopes } from '../core/harness/connectionRecipe.ts';
import type { DiscoveredAgent } from '../core/harness/discovery/discoveredAgent.ts';
import type { HarnessId } from '../core/harness/harnessEvent.ts';
import { connectionRecipes } from '../harnesses/connecting/connectionRecipes.ts';
import { settingsPath } from '../node/connecting/connectionPlaces.ts';
import { withoutMark } from '../node/connecting/settingsFile.ts';
import { placesOf } from './connectionPlacesOf.ts';
import type { RootRegistry } from './registrySet.ts';

/** Which of these agents have our hooks in their settings. Only their files are looked at. */
export async function connectedHarnesses(
  root: RootRegistry,
  agents: readonly DiscoveredAgent[],
): Promise<ReadonlySet<HarnessId>> {
  const places = placesOf(root);
  const harnesses = new Set(agents.map(({ harness }) => harness));
  const connected = new Set<HarnessId>();
  for (const recipe of connectionRecipes(process.platform)) {
    if (!harnesses.has(recipe.harness)) continue;
    for (const scope of connectionScopes) {
      const text = await readFile(settingsPath(recipe, scope, places), 'utf8').catch(() => '');
      const { kind } = recipe.state(withoutMark(text));
      if (kind === 'current' || kind === 'older') connected.add(recipe.harness);
    }
  }
  return connected;
}
