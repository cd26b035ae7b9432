import type { LockPath } from '../../core/locks/lockPath.ts';
import { maxPathLength, maxPaths } from './toolBounds.ts';
import type { ToolWorld } from './toolCall.ts';
import type { ToolInput } from './toolInput.ts';

/** The argument `paths` as paths of locks. @throws RegistryError `outside-root`, `invalid-path` */
export function readPaths(
  input: ToolInput,
  world: Pick<ToolWorld, 'toLockPath'>,
): readonly LockPath[] {
  const texts = input.texts('paths', { max: maxPaths, maxLength: maxPathLength });
  return [...new Set(texts.map((text) => world.toLockPath(text)))];
}
