/** The command line asks for something impossible. Its message is a sentence that names the flag. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
