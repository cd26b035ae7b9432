/** True when two values of plain data (objects, lists, dates, primitives) hold the same. */
export function isSameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (a instanceof Date || b instanceof Date) {
    // Dates have no keys to compare; their text tells them apart, also a day from a moment.
    return a instanceof Date && b instanceof Date && a.toISOString() === b.toISOString();
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys({ ...a, ...b });
  return keys.every((key) => isSameValue(ownValue(a, key), ownValue(b, key)));
}

/** A missing `__proto__` is not that of the prototype. */
function ownValue(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}
