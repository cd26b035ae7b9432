import { Option, type Command } from 'commander';
import { agentId, allowedKinds, fieldOf, promptText, type FormFieldFlag } from './sessionFlags.ts';
import { reasonText } from './lockFlags.ts';
import { word } from './options.ts';
import { valued, verb, type RunVerb } from './verbCommand.ts';
import type { AnswerFlags } from './verbs/sessionAnswer.ts';
import type { CancelFlags } from './verbs/sessionCancel.ts';
import type { StartFlags } from './verbs/sessionStart.ts';

const startHelp = `
Without --agent the first one that is found is started. Agents of your own are
named in ~/.heddle-agents/agents.json: {"<id>": {"name", "command", "args",
"env"}}. Ctrl-C asks the session to stop, a second one does not wait for that.
Closing the terminal leaves it running. It ends with 0 when the agent is done,
and with 1 when it is not.`;

const answerHelp = `
Without --query the only open question is meant. An option is named by its id,
its number or its text. It ends with 3 when somebody else was first.`;

/** The verbs for sessions: prompts that coding agents carry out. */
export function addSessionVerbs(program: Command, run: RunVerb): void {
  const session = verb(
    program,
    'session',
    'Start a coding agent, watch it, answer it, cancel it',
    'session start --agent claude --prompt "Fix the login"',
  )
    .helpCommand(false)
    .commandsGroup('Verbs:')
    .usage('[options] <verb>');
  addStart(session, run);
  addLookingVerbs(session, run);
  addActingVerbs(session, run);
}

function addStart(session: Command, run: RunVerb): void {
  verb(
    session,
    'start',
    'Start an agent with a prompt, show what it does, and ask you what it asks',
    'session start --agent claude --prompt "Fix the login" --detach',
  )
    .addOption(valued('--agent <agent>', 'which agent, such as claude or codex', agentId))
    .addOption(valued('--prompt <text>', 'what it is to do', promptText))
    .addOption(valued('--prompt-file <file>', 'the same from a file, or - for input', word))
    .addOption(valued('--cwd <dir>', 'the folder in which it works (default: here)', word))
    .addOption(valued('--resume <session>', 'go on with the conversation of a session', word))
    .addOption(
      new Option('--allow <what...>', 'do not ask before the agent does this').choices(
        allowedKinds,
      ),
    )
    .option('--detach', 'only say which session was started')
    .addHelpText('after', startHelp)
    .action((flags: StartFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/sessionStart.ts')).sessionStart(context, flags),
      ),
    );
}

function addLookingVerbs(session: Command, run: RunVerb): void {
  verb(session, 'list', 'List the sessions, the newest first', 'session list --json').action(
    (_flags: object, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/sessionList.ts')).sessionList(context),
      ),
  );
  verb(session, 'show', 'Show what happened in a session', `session show ${anId}`)
    .argument('<session>', 'id of the session')
    .action((id: string, _flags: object, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/sessionShow.ts')).sessionShow(context, id),
      ),
    );
  verb(
    session,
    'watch',
    'Show what happened in a session and what happens, until its end or Ctrl-C',
    `session watch ${anId} --json`,
  )
    .argument('<session>', 'id of the session')
    .action((id: string, _flags: object, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/sessionWatch.ts')).sessionWatch(context, id),
      ),
    );
  verb(session, 'wait', 'Wait until a session has ended', `session wait ${anId}`)
    .argument('<session>', 'id of the session')
    .action((id: string, _flags: object, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/sessionWait.ts')).sessionWait(context, id),
      ),
    );
}

function addActingVerbs(session: Command, run: RunVerb): void {
  verb(session, 'answer', 'Answer what a session asks', `session answer ${anId} --option allow`)
    .argument('<session>', 'id of the session')
    .addOption(valued('--query <id>', 'which question', word))
    .addOption(valued('--option <option>', 'choose this one of its options', word))
    .addOption(valued('--text <text>', 'answer with a text', promptText))
    .addOption(
      valued(
        '--field <name=value>',
        'fill in a field of its form; may be repeated',
        fieldOf,
      ).argParser((text: string, before: readonly FormFieldFlag[] | undefined) => [
        ...(before ?? []),
        fieldOf('--field')(text),
      ]),
    )
    .addOption(new Option('--decline', 'refuse to answer'))
    .addHelpText('after', answerHelp)
    .action((id: string, flags: AnswerFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/sessionAnswer.ts')).sessionAnswer(context, id, flags),
      ),
    );
  verb(session, 'cancel', 'Ask a session to stop', `session cancel ${anId} --reason "Not needed"`)
    .argument('<session>', 'id of the session')
    .addOption(valued('--reason <text>', 'told to whoever watches it', reasonText))
    .action((id: string, flags: CancelFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/sessionCancel.ts')).sessionCancel(context, id, flags),
      ),
    );
}

const anId = 'session-3f9c2a71d0b84e65a1c7';
