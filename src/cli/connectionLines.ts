import type { ConnectionRecipe } from '../core/harness/connectionRecipe.ts';
import { unifiedDiff } from '../harnesses/connecting/unifiedDiff.ts';
import type { ConnectionChange } from '../node/connecting/connecting.ts';
import type { JsonValue } from '../presentation/agentJson.ts';
import type { TextLine } from './textLine.ts';

/** What became of one settings file. */
export interface ConnectionOutcome {
  readonly recipe: ConnectionRecipe;
  readonly file: string;
  readonly state: 'changed' | 'unchanged' | 'failed';
  /** Why it failed, and what to do. */
  readonly problem: string | undefined;
  readonly notes: readonly string[];
}

export function outcomeJson({ recipe, file, state, problem, notes }: ConnectionOutcome): JsonValue {
  return {
    harness: recipe.harness,
    file,
    state,
    ...(problem === undefined ? {} : { problem }),
    notes: [...notes],
  };
}

export function outcomeLines(
  { recipe, file, state, problem, notes }: ConnectionOutcome,
  what: 'connect' | 'disconnect',
): readonly TextLine[] {
  const name = { text: recipe.displayName, tone: 'strong' } as const;
  if (state === 'failed') {
    return [[name, { text: ': ' }, { text: problem ?? '', tone: 'bad' }]];
  }
  const words = {
    connect: { changed: `connected in ${file}.`, unchanged: `is connected already in ${file}.` },
    disconnect: { changed: `disconnected in ${file}.`, unchanged: `is not connected in ${file}.` },
  };
  return [[name, { text: ` ${words[what][state]}` }], ...notes.map((note) => `  ${note}`)];
}

/** The change as a unified diff. */
export function diffLines({ file, before, after }: ConnectionChange): readonly string[] {
  return unifiedDiff(file.replaceAll('\\', '/').replace(/^\//, ''), before, after);
}
