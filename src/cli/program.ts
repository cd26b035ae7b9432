import { Argument, Command, Option } from 'commander';
import { version } from '../../package.json';
import { activityKinds } from '../core/activity/activityEvent.ts';
import { activityLimit, defaultActivityLimit, since, type ActivityFlags } from './activityFlags.ts';
import { addConnectVerbs } from './connectProgram.ts';
import { addDoctorVerb } from './doctorProgram.ts';
import type { AgentFlags } from './agentFlags.ts';
import { addIdentityVerbs } from './identityProgram.ts';
import { addLockVerbs } from './lockProgram.ts';
import { count, parseThread, pid, task, toolCalls, word } from './options.ts';
import { programName } from './output.ts';
import { addServingVerbs } from './servingProgram.ts';
import { addSessionVerbs } from './sessionProgram.ts';
import { globalGroup, valued, verb, type RunVerb } from './verbCommand.ts';
import type { InitFlags } from './verbs/init.ts';
import type { ListFlags } from './verbs/list.ts';
import type { ReapFlags } from './verbs/reap.ts';
import type { ReleaseFlags } from './verbs/release.ts';
import type { ReserveFlags } from './verbs/reserve.ts';
import type { UpdateFlags } from './verbs/update.ts';

export interface ProgramOptions {
  readonly run: RunVerb;
  /** Where help and version go. */
  readonly writeOut: (text: string) => void;
  /** Where the help goes that nobody asked for. */
  readonly writeErr: (text: string) => void;
  readonly helpWidth: number;
}

const programHelp = `
Exit codes:
  0  done
  1  failed
  2  wrong usage or impossible input
  3  somebody else holds it, or was first
  4  not found

"${programName} help <verb>" shows the flags of a verb and an example.`;

/**
 * The command line: verbs, flags and help. Each verb's code is loaded when the verb is called, so that
 * help costs nothing of it. Whatever is wrong is thrown as `CommanderError` or `UsageError`.
 */
export function buildProgram(options: ProgramOptions): Command {
  const program = new Command(programName)
    .description('See every AI coding agent at work on a repository, and share it with them.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .enablePositionalOptions()
    .exitOverride()
    .usage('[options] <verb>')
    .commandsGroup('Verbs:')
    .configureHelp({
      subcommandTerm: (command) => [command.name(), ...argumentsOf(command)].join(' '),
    })
    .configureOutput({
      writeOut: options.writeOut,
      writeErr: options.writeErr,
      // The message comes with what is thrown.
      outputError: () => undefined,
      getOutHelpWidth: () => options.helpWidth,
      getErrHelpWidth: () => options.helpWidth,
    });
  program.helpCommand('help [verb]', 'print the help of a verb');
  program.addHelpText('after', programHelp);
  const { run } = options;
  addReadingVerbs(program, run);
  addJoiningVerbs(program, run);
  addReportingVerbs(program, run);
  addEndingVerbs(program, run);
  addLockVerbs(program, run);
  addActivityVerb(program, run);
  addSessionVerbs(program, run);
  addIdentityVerbs(program, run);
  addConnectVerbs(program, run);
  addDoctorVerb(program, run);
  addServingVerbs(program);
  // Every verb takes them too, so that they may stand before it and after it.
  for (const command of withSubcommands(program)) addGlobalFlags(command);
  return program;
}

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

function addReadingVerbs(program: Command, run: RunVerb): void {
  verb(program, 'init', 'Make the registry, .heddle/agents', 'init')
    .option('--portable', 'lock in a way that needs no native code, for every process')
    .action((flags: InitFlags, command: Command) =>
      run(command, async (context) => (await import('./verbs/init.ts')).init(context, flags)),
    );
  verb(program, 'list', 'List the agents and the files that cannot be read', 'list --alive --json')
    .option('--alive', 'only agents whose process runs')
    .option('--thread <thread>', 'only agents on this thread')
    .action((flags: ListFlags, command: Command) =>
      run(command, async (context) => (await import('./verbs/list.ts')).list(context, flags)),
    );
  verb(program, 'show', 'Show everything that is known of an agent', 'show agent-abc')
    .argument('<session>', 'session id of the agent')
    .action((session: string, _flags: object, command: Command) =>
      run(command, async (context) => (await import('./verbs/show.ts')).show(context, session)),
    );
  verb(program, 'chain', 'Show who spawned an agent, from the root to it', 'chain agent-abc')
    .argument('<session>', 'session id of the agent')
    .action((session: string, _flags: object, command: Command) =>
      run(command, async (context) => (await import('./verbs/chain.ts')).chain(context, session)),
    );
  verb(program, 'watch', 'Show the agents, then every change until Ctrl-C', 'watch --json').action(
    (_flags: object, command: Command) =>
      run(command, async (context) => (await import('./verbs/watch.ts')).watch(context)),
  );
}

function addJoiningVerbs(program: Command, run: RunVerb): void {
  const register = verb(
    program,
    'register',
    'Add an agent; with --actor-key, find it again. It holds no thread',
    'register --harness codex --model gpt-5 --actor-key codex:thread:42 --pid 4242',
  );
  addAgentFlags(register)
    .addOption(pidOption('the process that works for the agent'))
    .action((flags: AgentFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/register.ts')).register(context, flags),
      ),
    );

  const reserve = verb(
    program,
    'reserve',
    'Take a thread for a new agent, or say who holds it',
    'reserve feature/login --task "Fix the login" --hold-for-pid 4242',
  );
  reserve
    .addArgument(new Argument('<thread>', 'the branch or thread to take').argParser(parseThread))
    .addOption(valued('--task <text>', 'what the thread is taken for', task))
    .addOption(valued('--hold-for-pid <pid>', 'hold it while this process runs', pid));
  addAgentFlags(reserve)
    .addOption(pidOption('the same as --hold-for-pid'))
    .action((thread: string, flags: ReserveFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/reserve.ts')).reserve(context, thread, flags),
      ),
    );
}

function addReportingVerbs(program: Command, run: RunVerb): void {
  verb(program, 'heartbeat', 'Record a sign of life of an agent', 'heartbeat agent-abc')
    .argument('<session>', 'session id of the agent')
    .action((session: string, _flags: object, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/heartbeat.ts')).heartbeat(context, session),
      ),
    );

  const update = verb(
    program,
    'update',
    'Set what is known of an agent; counters are totals, not additions',
    'update agent-abc --input-tokens 120345 --output-tokens 8123 --cost-micros-usd 1843210',
  )
    .argument('<session>', 'session id of the agent')
    .addOption(valued('--input-tokens <n>', 'tokens read so far', count))
    .addOption(valued('--output-tokens <n>', 'tokens written so far', count))
    .addOption(valued('--reasoning-tokens <n>', 'tokens of reasoning so far', count))
    .addOption(valued('--tool-calls <n>', 'tool calls so far', toolCalls))
    .addOption(valued('--cost-micros-usd <n>', 'cost so far in millionths of a US dollar', count))
    .addOption(valued('--task <text>', 'what it works on', task));
  addIdentityFlags(update)
    .addOption(pidOption('the process that works for the agent'))
    .action((session: string, flags: UpdateFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/update.ts')).update(context, session, flags),
      ),
    );
}

function addEndingVerbs(program: Command, run: RunVerb): void {
  verb(program, 'release', 'End an agent and its reservation', 'release agent-abc --status merged')
    .argument('<session>', 'session id of the agent')
    .addOption(
      new Option('--status <status>', 'how it ended')
        .choices(['complete', 'abandoned', 'merged'])
        .default('complete'),
    )
    .action((session: string, flags: ReleaseFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/release.ts')).release(context, session, flags),
      ),
    );
  verb(program, 'reap', 'Abandon the agents whose process is provably gone', 'reap --dry-run')
    .option('--thread <thread>', 'only agents on this thread')
    .option('--dry-run', 'only say who would be abandoned')
    .action((flags: ReapFlags, command: Command) =>
      run(command, async (context) => (await import('./verbs/reap.ts')).reap(context, flags)),
    );
}

function addActivityVerb(program: Command, run: RunVerb): void {
  verb(program, 'activity', 'Show who did what, when and why', 'activity --since 2h --follow')
    .addOption(valued('--since <time>', 'from then on: 10m, 2h, 3d ago, or a time', since))
    .addOption(
      valued('--limit <n>', 'at most so many of the past, the newest', activityLimit).default(
        defaultActivityLimit,
      ),
    )
    .addOption(new Option('--kind <kind...>', 'only these kinds').choices(activityKinds))
    .addOption(valued('--path <path>', 'only what concerns this file or folder', word))
    .option('--follow', 'then everything that comes, until Ctrl-C; with --json one event a line')
    .action((flags: ActivityFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/activity.ts')).activity(context, flags),
      ),
    );
}

function argumentsOf(command: Command): readonly string[] {
  return command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name();
    return argument.required ? `<${name}>` : `[${name}]`;
  });
}

function addGlobalFlags(command: Command): Command {
  const root = new Option('--root <dir>', 'the folder that contains .heddle').argParser(
    word('--root'),
  );
  const json = new Option('--json', 'print one JSON document');
  return command.addOption(root.helpGroup(globalGroup)).addOption(json.helpGroup(globalGroup));
}

function addIdentityFlags(command: Command): Command {
  return command
    .addOption(
      valued('--harness <name>', 'the program it runs in, such as claude-code or codex', word),
    )
    .addOption(valued('--provider <name>', 'who provides the model', word))
    .addOption(valued('--model <name>', 'the model it uses', word))
    .addOption(valued('--thinking-level <level>', 'how hard the model thinks', word))
    .addOption(valued('--actor-key <key>', 'key of the agent, such as codex:thread:42', word))
    .addOption(
      valued('--parent-key <key>', 'actor key of the agent or person that spawned it', word),
    )
    .addOption(valued('--path <dir>', 'the folder in which it works', word));
}

function addAgentFlags(command: Command): Command {
  return addIdentityFlags(command)
    .addOption(valued('--instance-key <key>', 'key of this run of the agent', word))
    .addOption(valued('--client-instance <id>', 'id of the client that it runs in', word))
    .addOption(valued('--heddle-session <id>', 'its Heddle session', word))
    .addOption(
      valued('--base-state <state>', 'what its work starts from (default: the current head)', word),
    );
}

function pidOption(description: string): Option {
  return valued('--pid <pid>', description, pid);
}
