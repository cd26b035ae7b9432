import { Option, type Command } from 'commander';
import type { ExitCode } from './exitCodes.ts';
import type { ParserOf } from './options.ts';
import { programName } from './output.ts';
import type { VerbContext } from './verbContext.ts';

/** Runs the work of a verb with the global flags of the command that was called. */
export type RunVerb = (
  command: Command,
  work: (context: VerbContext) => Promise<ExitCode>,
) => Promise<void>;

/** The heading in a help under which the flags of every verb stand. */
export const globalGroup = 'Global options:';

/** Adds a verb with its help and an example of itself. */
export function verb(parent: Command, name: string, summary: string, example: string): Command {
  const command = parent
    .command(name)
    .description(`${summary}.`)
    .summary(summary)
    .addHelpOption(new Option('-h, --help', 'print this help').helpGroup(globalGroup));
  return command.addHelpText('after', `\nExample:\n  ${programName} ${example}`);
}

/** A flag with a value, which its parser checks. */
export function valued<T>(flags: string, description: string, parser: ParserOf<T>): Option {
  const [name = flags] = flags.split(' ');
  return new Option(flags, description).argParser(parser(name));
}
