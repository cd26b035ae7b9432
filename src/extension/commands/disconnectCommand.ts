import * as vscode from 'vscode';
import {
  connectionScopes,
  type ConnectionRecipe,
  type ConnectionScope,
} from '../../core/harness/connectionRecipe.ts';
import { connectionRecipes } from '../../harnesses/connecting/connectionRecipes.ts';
import { disconnect } from '../../node/connecting/connecting.ts';
import { disconnectionPlan } from '../../node/connecting/connectionPlan.ts';
import { settingsPath, type ConnectionPlaces } from '../../node/connecting/connectionPlaces.ts';
import { connectionText } from '../../presentation/connectionWording.ts';
import { toPickText } from '../../presentation/plainText.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';
import { carryOut, tellDisconnected } from './connectOutcome.ts';
import { connectionsOf } from './connectOverview.ts';
import { pickCheckout } from './connectPlaces.ts';
import { reviewPlans, type PlannedConnection } from './connectPreview.ts';
import { askChoices, runSteps, type InputStep } from './multiStepInput.ts';
import { notify } from './notify.ts';

interface ConnectionItem extends vscode.QuickPickItem {
  readonly recipe: ConnectionRecipe;
  readonly scope: ConnectionScope;
}

interface DisconnectRequest {
  readonly items: readonly ConnectionItem[];
  readonly plans: readonly PlannedConnection[];
}

/** Undoes connections: asks which, shows what would change, and does it. */
export function createDisconnectCommand(
  services: Pick<CommandServices, 'registries' | 'texts' | 'discovered'>,
): CommandHandler {
  return async () => {
    const { t } = vscode.l10n;
    const title = t('Disconnect Agents');
    const checkout = await pickCheckout(services.registries, { title });
    if (checkout === undefined) return undefined;
    const { places } = checkout;
    const found = await connectionItems(places);
    if (found.length === 0) {
      notify('information', t('No agent is connected here.'));
      return { connections: [] };
    }
    const steps = [whichStep(title, found), reviewStep(title, { places, texts: services.texts })];
    const asked = await runSteps(steps, { items: found, plans: [] });
    if (asked === undefined) return undefined;
    const outcomes = [];
    for (const planned of asked.plans) outcomes.push(await carryOut(planned, disconnect));
    void services.discovered.look();
    tellDisconnected(outcomes);
    return {
      connections: outcomes.map(({ recipe, file, state }) => ({
        harness: recipe.harness,
        file,
        state,
      })),
    };
  };
}

function whichStep(title: string, found: readonly ConnectionItem[]): InputStep<DisconnectRequest> {
  return async (known, place) => {
    const picked = await askChoices(
      {
        title,
        placeholder: vscode.l10n.t('Which connections are to be undone?'),
        items: Promise.resolve(found),
        isChecked: (item) => known.items.includes(item),
      },
      place,
    );
    if (picked === undefined || picked === 'back') return picked;
    return { ...known, items: picked };
  };
}

function reviewStep(
  title: string,
  {
    places,
    texts,
  }: { readonly places: ConnectionPlaces; readonly texts: CommandServices['texts'] },
): InputStep<DisconnectRequest> {
  return async (known, place) => {
    const plans = await Promise.all(
      known.items.map(async ({ recipe, scope }) => ({
        recipe,
        plan: await disconnectionPlan(recipe, scope, places),
      })),
    );
    const button = vscode.l10n.t('Disconnect');
    const answer = await reviewPlans(plans, { title, button, texts, place });
    if (answer === 'back') return 'back';
    return answer ? { ...known, plans } : undefined;
  };
}

/** Each settings file that has anything of ours, or should have. */
async function connectionItems(places: ConnectionPlaces): Promise<readonly ConnectionItem[]> {
  const files = new Set<string>();
  const items: ConnectionItem[] = [];
  for (const recipe of connectionRecipes(process.platform)) {
    for (const connection of await connectionsOf(recipe, places)) {
      const { scope } = connection;
      const file = settingsPath(recipe, scope, places);
      if (files.has(file)) continue;
      files.add(file);
      items.push({
        recipe,
        scope,
        label: toPickText(recipe.displayName),
        description: connectionText([connection], vscode.l10n.t),
        detail: toPickText(file, 300),
      });
    }
  }
  return connectionScopes.flatMap((scope) => items.filter((item) => item.scope === scope));
}
