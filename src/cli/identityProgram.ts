import { Option, type Command } from 'commander';
import { deliveryOrigins } from '../core/identities/sessionBridge.ts';
import { historyCount, timeSpan } from './identityFlags.ts';
import { word } from './options.ts';
import { agentId, promptText } from './sessionFlags.ts';
import { valued, verb, type RunVerb } from './verbCommand.ts';
import { addLifeVerbs } from './identityLifeProgram.ts';
import { addStayFlags, named } from './identityVerb.ts';
import type { DispatchFlags } from './verbs/identityDispatch.ts';
import type { MessageFlags } from './identityMessage.ts';
import type { NewFlags } from './verbs/identityNew.ts';
import type { ShowFlags } from './verbs/identityShow.ts';
import type { StartFlags } from './verbs/identityStart.ts';
import type { WaitFlags } from './verbs/identityWait.ts';

const identityHelp = `
An agent is named by a file in .heddle/identities, which "identity new" writes.
Of its conversation one process at a time is the owner: a window, or a call of
this program while it lasts. What somebody else owns can be looked at and sent
to; all else ends with 3 and says who has it.`;

const sendHelp = `
Where nobody owns the agent this call does, and stays until the agent is done
with it. Where somebody does, the message waits in the inbox of the agent; with
--wait this call waits until it was brought and the agent is done with it.
Ctrl-C asks the agent to stop, a second one does not wait for that.`;

const waitHelp = `
It ends with 0 when that has come, and with 1 when the time is over, when the
last thing that the agent did failed, or when it cannot come any more, because
nobody owns the agent and nothing of it runs.`;

const startHelp = `
What waits for the agent is brought to it, and this call stays until that is
done. An agent for which nothing waits costs nothing until it is sent to.
Ctrl-C asks the agent to stop, a second one does not wait for that.
With --all what goes wrong with one keeps nobody else from being started; the
call ends with 1 when one is broken, and with 3 when somebody else owns one.`;

/** The verbs for agents with names of their own, which last. */
export function addIdentityVerbs(program: Command, run: RunVerb): void {
  const identity = verb(
    program,
    'identity',
    'Name agents that last, send to them, see where they stand',
    'identity send reviewer --prompt "Review the last commit"',
  )
    .helpCommand(false)
    .commandsGroup('Verbs:')
    .usage('[options] <verb>')
    .addHelpText('after', identityHelp);
  addLookingVerbs(identity, run);
  addStartingVerbs(identity, run);
  addSayingVerbs(identity, run);
  addLifeVerbs(identity, run);
}

function addLookingVerbs(identity: Command, run: RunVerb): void {
  verb(
    identity,
    'list',
    'List the named agents and where they stand',
    'identity list --json',
  ).action((_flags: object, command: Command) =>
    run(command, async (context) =>
      (await import('./verbs/identityList.ts')).identityList(context),
    ),
  );
  named(identity, 'show', 'Show everything that is known of an agent', 'identity show reviewer')
    .addOption(
      valued('--history <n>', 'the last so many lines of its history', historyCount).default(20),
    )
    .action((name: string, flags: ShowFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/identityShow.ts')).identityShow(context, name, flags),
      ),
    );
  named(
    identity,
    'inspect',
    'Show what an agent is doing and what it said last',
    'identity inspect reviewer',
  ).action((name: string, _flags: object, command: Command) =>
    run(command, async (context) =>
      (await import('./verbs/identityInspect.ts')).identityInspect(context, name),
    ),
  );
  named(
    identity,
    'wait',
    'Wait until an agent is done with all that it was told',
    'identity wait reviewer --contains LGTM --timeout 10m',
  )
    .addOption(valued('--contains <text>', 'until it has said this, instead', promptText))
    .addOption(valued('--timeout <time>', 'at most so long, such as 90s or 10m', timeSpan))
    .addHelpText('after', waitHelp)
    .action((name: string, flags: WaitOptions, command: Command) =>
      run(command, async (context) => {
        const { contains, timeout: timeoutMs } = flags;
        const wait: WaitFlags = {
          ...(contains !== undefined && { contains }),
          ...(timeoutMs !== undefined && { timeoutMs }),
        };
        return (await import('./verbs/identityWait.ts')).identityWait(context, name, wait);
      }),
    );
}

interface WaitOptions {
  readonly contains?: string;
  readonly timeout?: number;
}

function addStartingVerbs(identity: Command, run: RunVerb): void {
  named(identity, 'new', 'Write the description of a new agent', 'identity new reviewer')
    .addOption(valued('--agent <agent>', 'which agent it is, such as claude or codex', agentId))
    .action((name: string, flags: NewFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/identityNew.ts')).identityNew(context, name, flags),
      ),
    );
  const start = verb(
    identity,
    'start',
    'Start an agent, or go on with it where it stopped',
    'identity start --all',
  )
    .argument('[identity]', 'name of the agent')
    .option('--all', 'everybody who is described');
  addStayFlags(start, 'do not stay while it is at work')
    .addHelpText('after', startHelp)
    .action((name: string | undefined, flags: StartFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/identityStart.ts')).identityStart(context, name, flags),
      ),
    );
}

function addSayingVerbs(identity: Command, run: RunVerb): void {
  const send = named(
    identity,
    'send',
    'Say something to an agent, as a person',
    'identity send reviewer --prompt "Review the last commit"',
  );
  addMessageFlags(send)
    .addHelpText('after', sendHelp)
    .action((name: string, flags: MessageFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/identitySend.ts')).identitySend(context, name, flags),
      ),
    );
  const dispatch = named(
    identity,
    'dispatch',
    'Say something to an agent, as a program; also to one that is internal only',
    'identity dispatch reviewer --prompt-file task.md --origin scheduler --detach',
  );
  addMessageFlags(dispatch)
    .addOption(
      new Option('--origin <origin>', 'what kind of program says it')
        .choices(deliveryOrigins.filter((origin) => origin !== 'person'))
        .default('system'),
    )
    .addHelpText('after', sendHelp)
    .action((name: string, flags: DispatchFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/identityDispatch.ts')).identityDispatch(context, name, flags),
      ),
    );
}

function addMessageFlags(command: Command): Command {
  return addStayFlags(
    command
      .addOption(valued('--prompt <text>', 'what is said', promptText))
      .addOption(valued('--prompt-file <file>', 'the same from a file, or - for input', word))
      .option('--wait', 'where somebody else owns it, wait until it is done with it')
      .addOption(valued('--key <key>', 'under the same key it is said only once', word))
      .addOption(valued('--correlation <id>', 'kept with it in the history', word)),
    'do not stay until it is done with it',
  );
}
