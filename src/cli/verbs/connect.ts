import type { ConnectionRecipe, ConnectionScope } from '../../core/harness/connectionRecipe.ts';
import { errorText } from '../../base/errorText.ts';
import { connect as carryOut, ConnectionError } from '../../node/connecting/connecting.ts';
import { connectionPlan, type ConnectionPlan } from '../../node/connecting/connectionPlan.ts';
import type { ConnectionPlaces } from '../../node/connecting/connectionPlaces.ts';
import { writeLauncher } from '../../node/connecting/launcher.ts';
import { initRegistry } from '../../node/initRegistry.ts';
import {
  installedRecipes,
  namedRecipes,
  oncePerFile,
  ownProgram,
  placesOf,
  scopeOf,
  type ScopeFlags,
} from '../connectionAccess.ts';
import {
  diffLines,
  outcomeJson,
  outcomeLines,
  type ConnectionOutcome,
} from '../connectionLines.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { programName } from '../output.ts';
import type { TextLine } from '../textLine.ts';
import { UsageError } from '../usageError.ts';
import type { VerbContext } from '../verbContext.ts';
import { checkConnections } from './checkConnections.ts';

export interface ConnectFlags extends ScopeFlags {
  readonly check?: boolean;
  readonly dryRun?: boolean;
}

/** Has coding agents call our hook; without names all that are installed. */
export async function connect(
  context: VerbContext,
  names: readonly string[],
  flags: ConnectFlags,
): Promise<ExitCode> {
  const scope = scopeOf(flags);
  if (flags.check === true && flags.dryRun === true) {
    throw new UsageError('Of --check and --dry-run only one can be meant.');
  }
  const recipes = names.length > 0 ? namedRecipes(names) : installedRecipes(context);
  if (recipes.length === 0) return nobody(context);
  if (flags.check === true) return checkConnections(context, recipes, flags);
  const places = placesOf(context);
  const plans = await plansOf(oncePerFile(recipes, scope, places), scope, places);
  if (flags.dryRun === true) return show(context, plans);
  const registry = await prepare(plans, scope, places);
  const outcomes: ConnectionOutcome[] = [];
  for (const { recipe, plan } of plans) outcomes.push(await done(recipe, plan));
  context.output.result(
    () => ({
      scope,
      registryMade: registry?.made ?? null,
      connections: outcomes.map(outcomeJson),
    }),
    () => [
      ...registryLines(registry),
      ...outcomes.flatMap((each) => outcomeLines(each, 'connect')),
    ],
  );
  return outcomes.some(({ state }) => state === 'failed') ? exitCodes.failed : exitCodes.done;
}

interface PlannedConnection {
  readonly recipe: ConnectionRecipe;
  readonly plan: ConnectionPlan;
}

async function plansOf(
  recipes: readonly ConnectionRecipe[],
  scope: ConnectionScope,
  places: ConnectionPlaces,
): Promise<readonly PlannedConnection[]> {
  return Promise.all(
    recipes.map(async (recipe) => ({ recipe, plan: await connectionPlan(recipe, scope, places) })),
  );
}

interface PreparedRegistry {
  /** The registry, when it was made now. */
  readonly made: string | undefined;
}

/** What hooks need must be there before anything calls them. */
async function prepare(
  plans: readonly PlannedConnection[],
  scope: ConnectionScope,
  { home, location }: ConnectionPlaces,
): Promise<PreparedRegistry | undefined> {
  if (plans.every(({ plan }) => plan.kind === 'problem')) return undefined;
  try {
    await writeLauncher({ home, platform: process.platform }, ownProgram());
  } catch (error) {
    throw new Error(
      `The launcher in ${home}/.heddle-agents/bin cannot be written (${errorText(error)}). Nothing was connected.`,
      { cause: error },
    );
  }
  if (scope === 'user') return undefined;
  const { folder, isCreated } = await initRegistry(location);
  return { made: isCreated ? folder : undefined };
}

async function done(recipe: ConnectionRecipe, plan: ConnectionPlan): Promise<ConnectionOutcome> {
  const { file } = plan;
  const base = { recipe, file, notes: [], problem: undefined };
  if (plan.kind === 'problem') return { ...base, state: 'failed', problem: plan.message };
  if (plan.kind === 'nothing') return { ...base, state: 'unchanged' };
  try {
    await carryOut(plan);
    return { ...base, state: 'changed', notes: plan.notes };
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    return { ...base, state: 'failed', problem: error.message };
  }
}

function show({ output }: VerbContext, plans: readonly PlannedConnection[]): ExitCode {
  output.result(
    () => ({
      changes: plans.map(({ recipe, plan }) => ({ harness: recipe.harness, ...diffJson(plan) })),
    }),
    () =>
      plans.flatMap(({ recipe, plan }): readonly TextLine[] => {
        if (plan.kind === 'problem') return [`${recipe.displayName}: ${plan.message}`];
        if (plan.kind === 'nothing') return [`${recipe.displayName}: nothing would change.`];
        return diffLines(plan);
      }),
  );
  return plans.some(({ plan }) => plan.kind === 'problem') ? exitCodes.failed : exitCodes.done;
}

function diffJson(plan: ConnectionPlan): Record<string, string | null> {
  const { file } = plan;
  if (plan.kind === 'problem') return { file, problem: plan.message };
  if (plan.kind === 'nothing') return { file, diff: '' };
  return { file, diff: diffLines(plan).map(String).join('\n') };
}

function registryLines(registry: PreparedRegistry | undefined): readonly TextLine[] {
  return registry?.made === undefined ? [] : [`Made the registry, ${registry.made}.`];
}

function nobody({ output }: VerbContext): ExitCode {
  output.error(
    'not-found',
    `No coding agent was found on this machine. Name those to connect, such as "${programName} connect claude-code".`,
  );
  return exitCodes.notFound;
}
