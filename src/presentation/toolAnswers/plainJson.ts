import type { JsonValue } from '../agentJson.ts';

/** The same for programs whose JSON knows no bigints: beyond 2^53 they are texts, so that nothing is lost. */
export function plainJson(value: JsonValue): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(plainJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plainJson(each)]));
}
