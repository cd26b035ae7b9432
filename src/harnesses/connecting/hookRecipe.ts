import type { ConnectionRecipe } from '../../core/harness/connectionRecipe.ts';
import { addHooks, hookState, removeHooks, type HookFile } from './hookFile.ts';

/** A recipe for a file with lists of hooks by event. */
export function hookRecipe(
  about: Omit<ConnectionRecipe, 'connected' | 'disconnected' | 'state'>,
  file: HookFile,
): ConnectionRecipe {
  return {
    ...about,
    connected: (before) => addHooks(before, file),
    disconnected: (text, original) => removeHooks(text, original, file),
    state: (text) => hookState(text, file),
  };
}
