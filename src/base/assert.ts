/** Makes the compiler prove that a union was switched over completely. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
