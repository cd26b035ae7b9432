import {
  connectionScopes,
  type ConnectionRecipe,
  type ConnectionScope,
} from '../../core/harness/connectionRecipe.ts';
import {
  connectionStatus,
  type ConnectionState,
  type ConnectionStatus,
} from '../../node/connecting/connectionStatus.ts';
import { placesOf, scopeOf, type ScopeFlags } from '../connectionAccess.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { alignColumns, type Span, type TextLine, type Tone } from '../textLine.ts';
import type { VerbContext } from '../verbContext.ts';

interface CheckedConnection extends ConnectionStatus {
  readonly recipe: ConnectionRecipe;
  readonly scope: ConnectionScope;
}

const tones: Readonly<Record<ConnectionState, Tone>> = {
  connected: 'good',
  'not-connected': 'faint',
  outdated: 'doubtful',
  damaged: 'bad',
};

/**
 * Says how coding agents are connected, in the scope of the flags or in all. It is well when each is
 * connected in one of them and in none is anything wrong.
 */
export async function checkConnections(
  context: VerbContext,
  recipes: readonly ConnectionRecipe[],
  flags: ScopeFlags,
): Promise<ExitCode> {
  const places = placesOf(context);
  const isOneScope = flags.user === true || flags.shared === true;
  const scopes = isOneScope ? [scopeOf(flags)] : connectionScopes;
  const checked = await Promise.all(
    recipes.flatMap((recipe) =>
      scopes.map(async (scope): Promise<CheckedConnection> => {
        return { recipe, scope, ...(await connectionStatus(recipe, scope, places)) };
      }),
    ),
  );
  const isWell = recipes.every((recipe) => isConnected(checked, recipe));
  context.output.result(
    () => ({
      connected: isWell,
      connections: checked.map(({ recipe, scope, state, file, detail }) => ({
        harness: recipe.harness,
        scope,
        state,
        file,
        ...(detail === undefined ? {} : { detail }),
      })),
    }),
    () => linesOf(checked),
  );
  return isWell ? exitCodes.done : exitCodes.failed;
}

function isConnected(checked: readonly CheckedConnection[], recipe: ConnectionRecipe): boolean {
  const own = checked.filter((each) => each.recipe === recipe);
  const isAnyWrong = own.some(({ state }) => state === 'outdated' || state === 'damaged');
  return !isAnyWrong && own.some(({ state }) => state === 'connected');
}

function linesOf(checked: readonly CheckedConnection[]): readonly TextLine[] {
  const rows = checked.map(({ recipe, scope, state, file }): readonly Span[] => [
    { text: recipe.displayName, tone: 'strong' },
    { text: scope },
    { text: state.replace('-', ' '), tone: tones[state] },
    { text: file, tone: 'faint' },
  ]);
  const details = checked.flatMap(({ detail }) => (detail === undefined ? [] : [detail]));
  return [...alignColumns(rows), ...details];
}
