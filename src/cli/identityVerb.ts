import { Option, type Command } from 'commander';
import { allowedKinds } from './sessionFlags.ts';
import { verb } from './verbCommand.ts';

/** Adds a verb for one named agent. */
export function named(parent: Command, name: string, summary: string, example: string): Command {
  return verb(parent, name, summary, example).argument('<identity>', 'name of the agent');
}

/** The flags of verbs after which an agent may be at work. */
export function addStayFlags(command: Command, detach: string): Command {
  return command
    .addOption(
      new Option('--allow <what...>', 'do not ask before the agent does this').choices(
        allowedKinds,
      ),
    )
    .option('--detach', detach);
}
