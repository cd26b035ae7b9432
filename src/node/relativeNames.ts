import { sep } from 'node:path';
import { lockKey, type PathRules } from '../core/locks/lockPath.ts';

/**
 * The names that lead from a folder to a path in it, both absolute and resolved; none for the folder
 * itself, undefined for what is not in it.
 */
export function relativeNames(
  folder: string,
  path: string,
  rules: PathRules,
): readonly string[] | undefined {
  if (path === folder) return [];
  const prefix = folder.endsWith(sep) ? folder : folder + sep;
  if (path.startsWith(prefix)) return path.slice(prefix.length).split(sep);
  if (!rules.isCaseInsensitive) return undefined;
  const outer = prefix.split(sep).slice(0, -1);
  const names = path.split(sep);
  const isInside =
    names.length >= outer.length &&
    outer.every((name, i) => isSameName(name, names[i] ?? '', rules));
  return isInside ? names.slice(outer.length) : undefined;
}

/** True when two names in one folder are one entry. */
export function isSameName(a: string, b: string, rules: PathRules): boolean {
  return a === b || lockKey(a, rules) === lockKey(b, rules);
}
