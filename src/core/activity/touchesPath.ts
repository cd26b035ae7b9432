import { lockKey, tryParseLockPath, type PathRules } from '../locks/lockPath.ts';
import { overlaps } from '../locks/pathOverlap.ts';
import type { ActivityEvent } from './activityEvent.ts';

/**
 * True when an event is about a path, something below it, a folder above it or a glob that may match
 * any of them.
 *
 * @param key the key of a path, from `lockKey` with the same rules
 */
export function touchesPath({ paths }: ActivityEvent, key: string, rules: PathRules): boolean {
  return paths.some((text) => {
    const path = tryParseLockPath(text);
    return path !== undefined && overlaps(lockKey(path, rules), key);
  });
}
