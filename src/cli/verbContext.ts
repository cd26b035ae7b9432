import type { CliHost } from './cliHost.ts';
import type { Output } from './output.ts';

/** What a verb works with. */
export interface VerbContext {
  readonly host: CliHost;
  readonly output: Output;
  /** `--root` as it was given. */
  readonly root: string | undefined;
}
