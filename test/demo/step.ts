/** A step of the demo that failed; its message says which one, why, and what helps. */
export class StepError extends Error {
  override readonly name = 'StepError';
}

/**
 * Does one step. When it fails, the error names the step and the one command that helps; `help` is
 * absent where the reason names that command itself.
 */
export async function step<T>(
  { what, help }: { readonly what: string; readonly help?: string },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof StepError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const lines = [`${what} failed. ${reason.trim()}`, ...(help ? [`What helps: ${help}`] : [])];
    throw new StepError(lines.join('\n'), { cause });
  }
}
