import { harnessIds } from '../../core/harness/harnessEvent.ts';
import type { ConnectionRecipe, ConnectionScope } from '../../core/harness/connectionRecipe.ts';
import { ConnectionError, disconnect as carryOut } from '../../node/connecting/connecting.ts';
import { disconnectionPlan } from '../../node/connecting/connectionPlan.ts';
import type { ConnectionPlaces } from '../../node/connecting/connectionPlaces.ts';
import {
  namedRecipes,
  oncePerFile,
  placesOf,
  scopeOf,
  type ScopeFlags,
} from '../connectionAccess.ts';
import { outcomeJson, outcomeLines, type ConnectionOutcome } from '../connectionLines.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import type { TextLine } from '../textLine.ts';
import type { VerbContext } from '../verbContext.ts';

/** Undoes connections; without names all of the scope. */
export async function disconnect(
  context: VerbContext,
  names: readonly string[],
  flags: ScopeFlags,
): Promise<ExitCode> {
  const scope = scopeOf(flags);
  const places = placesOf(context);
  const isAll = names.length === 0;
  const recipes = oncePerFile(namedRecipes(isAll ? harnessIds : names), scope, places);
  const outcomes: ConnectionOutcome[] = [];
  for (const recipe of recipes) outcomes.push(await undone(recipe, scope, places));
  const shown = isAll ? outcomes.filter(({ state }) => state !== 'unchanged') : outcomes;
  context.output.result(
    () => ({ scope, connections: shown.map(outcomeJson) }),
    (): readonly TextLine[] =>
      shown.length === 0
        ? [`No ${scope} connection was found.`]
        : shown.flatMap((each) => outcomeLines(each, 'disconnect')),
  );
  return outcomes.some(({ state }) => state === 'failed') ? exitCodes.failed : exitCodes.done;
}

async function undone(
  recipe: ConnectionRecipe,
  scope: ConnectionScope,
  places: ConnectionPlaces,
): Promise<ConnectionOutcome> {
  const plan = await disconnectionPlan(recipe, scope, places);
  const base = { recipe, file: plan.file, notes: [], problem: undefined };
  if (plan.kind === 'problem') return { ...base, state: 'failed', problem: plan.message };
  if (plan.kind === 'nothing') return { ...base, state: 'unchanged' };
  try {
    await carryOut(plan);
    return { ...base, state: 'changed' };
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    return { ...base, state: 'failed', problem: error.message };
  }
}
