import type { Command } from 'commander';
import { harnessIds } from '../core/harness/harnessEvent.ts';
import { UsageError } from './usageError.ts';
import { verb } from './verbCommand.ts';

const hookHelp = `
Coding agents run it before and after what they do, and tell it on standard
input. "connect" sets that up. It prints nothing but what an agent is to be told.`;

/** The verbs that other programs run. They are programs of their own, so here is only their help. */
export function addServingVerbs(program: Command): void {
  verb(program, 'hook', 'Answer one event of a coding agent', 'hook claude-code < event.json')
    .argument('[harness]', `read it as one of ${harnessIds.join(', ')}`)
    .addHelpText('after', hookHelp)
    .action(() => mustBeFirst('hook'));
  verb(
    program,
    'mcp',
    'Serve tools for coding agents over the Model Context Protocol',
    'mcp --root .',
  ).action(() => mustBeFirst('mcp'));
}

function mustBeFirst(name: string): never {
  throw new UsageError(`"${name}" must be the first argument.`);
}
