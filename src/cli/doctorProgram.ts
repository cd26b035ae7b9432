import { Option, type Command } from 'commander';
import { harnessIds } from '../core/harness/harnessEvent.ts';
import { word } from './options.ts';
import { valued, verb, type RunVerb } from './verbCommand.ts';
import type { DoctorFlags } from './verbs/doctor.ts';

const doctorHelp = `
It ends with 0 when nothing is a problem, else with 1. What it tries out, it
tries in a repository of its own that is removed afterwards.`;

/** The verb that says what is wrong. */
export function addDoctorVerb(program: Command, run: RunVerb): void {
  verb(
    program,
    'doctor',
    'Say what keeps agents from joining, and what to do about it',
    'doctor --simulate event.json',
  )
    .addOption(
      valued('--simulate <path>', 'feed recorded events (*.json) to the hook instead', word),
    )
    .addOption(
      new Option('--harness <name>', 'with --simulate: read them as events of this agent').choices(
        harnessIds,
      ),
    )
    .addHelpText('after', doctorHelp)
    .action((flags: DoctorFlags, command: Command) =>
      run(command, async (context) => (await import('./verbs/doctor.ts')).doctor(context, flags)),
    );
}
