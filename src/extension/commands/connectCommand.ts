import * as vscode from 'vscode';
import { errorText } from '../../base/errorText.ts';
import {
  connectionScopes,
  type ConnectionRecipe,
  type ConnectionScope,
} from '../../core/harness/connectionRecipe.ts';
import { isHarnessId, type HarnessId } from '../../core/harness/harnessEvent.ts';
import { RegistryError } from '../../core/agents/registryError.ts';
import { connectionRecipes } from '../../harnesses/connecting/connectionRecipes.ts';
import { connect } from '../../node/connecting/connecting.ts';
import { connectionPlan } from '../../node/connecting/connectionPlan.ts';
import { settingsPath, type ConnectionPlaces } from '../../node/connecting/connectionPlaces.ts';
import { writeLauncher } from '../../node/connecting/launcher.ts';
import { initRegistry } from '../../node/initRegistry.ts';
import { scopeTexts } from '../../presentation/connectionWording.ts';
import { parseDiscoveredElement } from '../../presentation/discoveredElement.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';
import { carryOut, tellConnected } from './connectOutcome.ts';
import { harnessItems, isSuggested } from './connectOverview.ts';
import { ownProgram, pickCheckout, type LocatedCheckout } from './connectPlaces.ts';
import { reviewPlans, type PlannedConnection } from './connectPreview.ts';
import { askChoice, askChoices, runSteps, type InputStep } from './multiStepInput.ts';

type Services = Pick<CommandServices, 'registries' | 'context' | 'texts' | 'discovered'>;

interface ConnectRequest {
  readonly harnesses: readonly HarnessId[];
  readonly scope: ConnectionScope;
  readonly plans: readonly PlannedConnection[];
}

/**
 * Has coding agents call our hook: asks which and in whose settings, shows what would change, and does
 * it. The row of an agent that is not connected names it.
 */
export function createConnectCommand(services: Services): CommandHandler {
  return async (clicked) => {
    const { t } = vscode.l10n;
    const title = t('Connect Agents');
    const given = givenHarness(clicked, services);
    const checkout = await pickCheckout(services.registries, { title, root: given?.root });
    if (checkout === undefined) return undefined;
    const { places } = checkout;
    const harnesses = given === undefined ? [] : [given.harness];
    const steps: readonly InputStep<ConnectRequest>[] = [
      ...(given === undefined ? [harnessStep(title, places)] : []),
      scopeStep(title, places),
      reviewStep(title, { places, services }),
    ];
    const asked = await runSteps(steps, { harnesses, scope: 'local', plans: [] });
    if (asked === undefined) return undefined;
    return connectAll(asked, { checkout, services });
  };
}

function harnessStep(title: string, places: ConnectionPlaces): InputStep<ConnectRequest> {
  return async (known, place) => {
    const { t } = vscode.l10n;
    const { harnesses } = known;
    const picked = await askChoices(
      {
        title,
        placeholder: t('Which agents are to join by themselves?'),
        items: harnessItems(places),
        isChecked: (item) =>
          harnesses.length === 0
            ? isSuggested(item)
            : item.recipe !== undefined && harnesses.includes(item.recipe.harness),
      },
      place,
    );
    if (picked === undefined || picked === 'back') return picked;
    return { ...known, harnesses: picked.flatMap(({ recipe }) => recipe?.harness ?? []) };
  };
}

function scopeStep(title: string, places: ConnectionPlaces): InputStep<ConnectRequest> {
  return async (known, place) => {
    const { t } = vscode.l10n;
    const recipes = recipesOf(known.harnesses);
    const items = connectionScopes.map((scope) => {
      const { label, description, detail } = scopeTexts(scope, t);
      const files = new Set(recipes.map((recipe) => settingsPath(recipe, scope, places)));
      const [file = ''] = files;
      const where = files.size === 1 ? shortPath(file, places) : t('{0} files', files.size);
      return { label, description: `${description} · ${where}`, detail, scope };
    });
    const active = items.find(({ scope }) => scope === known.scope);
    const placeholder = t('In whose settings?');
    const picked = await askChoice({ title, placeholder, items, active }, place);
    if (picked === undefined || picked === 'back') return picked;
    return { ...known, scope: picked.scope };
  };
}

function reviewStep(
  title: string,
  { places, services }: { readonly places: ConnectionPlaces; readonly services: Services },
): InputStep<ConnectRequest> {
  return async (known, place) => {
    const { t } = vscode.l10n;
    const recipes = oncePerFile(recipesOf(known.harnesses), known.scope, places);
    const plans = await Promise.all(
      recipes.map(async (recipe) => ({
        recipe,
        plan: await connectionPlan(recipe, known.scope, places),
      })),
    );
    const messages = plans.flatMap(({ plan }) => (plan.kind === 'problem' ? [plan.message] : []));
    const [problem] = messages;
    if (problem !== undefined && messages.length === plans.length) {
      throw new RegistryError('not-found', problem);
    }
    if (plans.every(({ plan }) => plan.kind !== 'change')) return { ...known, plans };
    const { texts } = services;
    const answer = await reviewPlans(plans, { title, button: t('Connect'), texts, place });
    if (answer === 'back') return 'back';
    return answer ? { ...known, plans } : undefined;
  };
}

async function connectAll(
  { plans, scope }: ConnectRequest,
  { checkout, services }: { readonly checkout: LocatedCheckout; readonly services: Services },
): Promise<unknown> {
  const { root, places } = checkout;
  await prepare(scope, { places, services });
  const outcomes = [];
  for (const planned of plans) outcomes.push(await carryOut(planned, connect));
  await root.refresh();
  void services.discovered.look();
  tellConnected(outcomes, { hasRegistry: root.snapshot.state.kind !== 'absent' });
  return {
    scope,
    connections: outcomes.map(({ recipe, file, state }) => ({
      harness: recipe.harness,
      file,
      state,
    })),
  };
}

/** What hooks need must be there before anything calls them. */
async function prepare(
  scope: ConnectionScope,
  { places, services }: { readonly places: ConnectionPlaces; readonly services: Services },
): Promise<void> {
  const { home, location } = places;
  try {
    await writeLauncher({ home, platform: process.platform }, ownProgram(services));
  } catch (error) {
    const message = vscode.l10n.t(
      'The launcher in {0} cannot be written ({1}). Nothing was connected.',
      `${home}/.heddle-agents/bin`,
      errorText(error),
    );
    throw new RegistryError('io', message, {}, { cause: error });
  }
  if (scope !== 'user') await initRegistry(location);
}

function givenHarness(
  clicked: unknown,
  { discovered }: Pick<Services, 'discovered'>,
): { readonly harness: HarnessId; readonly root: string | undefined } | undefined {
  const found = discovered.find(clicked);
  if (found) return { harness: found.agent.harness, root: parseDiscoveredElement(clicked)?.root };
  return typeof clicked === 'string' && isHarnessId(clicked)
    ? { harness: clicked, root: undefined }
    : undefined;
}

function recipesOf(harnesses: readonly HarnessId[]): readonly ConnectionRecipe[] {
  const known = connectionRecipes(process.platform);
  return known.filter(({ harness }) => harnesses.includes(harness));
}

/** Of agents that read the same file the first one. */
function oncePerFile(
  recipes: readonly ConnectionRecipe[],
  scope: ConnectionScope,
  places: ConnectionPlaces,
): readonly ConnectionRecipe[] {
  const files = recipes.map((recipe) => settingsPath(recipe, scope, places));
  return recipes.filter((_recipe, i) => files.indexOf(files[i] ?? '') === i);
}

/** Relative to the checkout, or to the home. */
function shortPath(file: string, { checkout, home }: ConnectionPlaces): string {
  if (file.startsWith(checkout)) return file.slice(checkout.length + 1);
  return file.startsWith(home) ? `~${file.slice(home.length)}` : file;
}
