import type { Command } from 'commander';
import { CommanderError } from 'commander';
import { isRegistryError } from '../core/agents/registryError.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import { errorText } from '../base/errorText.ts';
import type { CliHost } from './cliHost.ts';
import { exitCodeOf, exitCodes, type ExitCode } from './exitCodes.ts';
import type { GlobalFlags } from './options.ts';
import { Output, programName } from './output.ts';
import { buildProgram } from './program.ts';
import { UsageError } from './usageError.ts';

const maxMessageLength = 1000;
const defaultHelpWidth = 80;

/**
 * Runs the program and resolves to its exit code; it never rejects and never ends the process. With
 * `--json` exactly one document (`watch`: one a line) is on stdout, whatever happens.
 *
 * @param argv the arguments without the program itself
 */
export async function runCli(argv: readonly string[], host: CliHost): Promise<ExitCode> {
  let output = new Output(host, hasJsonFlag(argv));
  let exitCode: ExitCode = exitCodes.done;
  let asked = '';
  let unasked = '';
  const program = buildProgram({
    run: async (command, work) => {
      const { root, json } = globalFlags(command);
      if (output.isJson !== (json === true)) output = new Output(host, json === true);
      exitCode = await work({ host, output, root });
    },
    writeOut: (text) => (asked += text),
    writeErr: (text) => (unasked += text),
    helpWidth: host.stdout.isTTY ? (host.stdout.columns ?? defaultHelpWidth) : defaultHelpWidth,
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) answer(output, error, asked);
    else exitCode = report(error, { output, host, help: unasked });
  }
  return finish(output, exitCode);
}

/** Flags before the verb and flags after it count alike; the ones after it win. */
function globalFlags(command: Command): GlobalFlags {
  const own: GlobalFlags = command.opts();
  return command.parent === null ? own : { ...globalFlags(command.parent), ...own };
}

/** For what goes wrong before the flags are understood. */
function hasJsonFlag(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? argv.length : end).includes('--json');
}

/** Help and version are texts; as a document they are one of one field. */
function answer(output: Output, { code }: CommanderError, text: string): void {
  const name = code === 'commander.version' ? 'version' : 'help';
  output.result(
    () => ({ [name]: text.trimEnd() }),
    () => text.trimEnd().split('\n'),
  );
}

interface ReportOptions {
  readonly output: Output;
  readonly host: CliHost;
  /** The help that the command line printed because no verb was named. */
  readonly help: string;
}

function report(error: unknown, { output, host, help }: ReportOptions): ExitCode {
  const { env } = host;
  if (env.HEDDLE_DEBUG === '1' && error instanceof Error) {
    output.notes((error.stack ?? '').split('\n'));
  }
  if (error instanceof CommanderError && error.code === 'commander.help') {
    output.notes(help.trimEnd().split('\n'));
    output.error('usage', `No verb was named. "${programName} --help" lists them.`);
    return exitCodes.usage;
  }
  if (error instanceof CommanderError || error instanceof UsageError) {
    output.error('usage', usageSentence(error.message));
    return exitCodes.usage;
  }
  if (isRegistryError(error)) {
    output.error(error.code, toPlainLine(error.message, maxMessageLength));
    return exitCodeOf(error.code);
  }
  output.error('internal', toPlainLine(errorText(error), maxMessageLength));
  return exitCodes.failed;
}

/** The parser's messages are fragments such as `error: unknown command 'lst'`. */
function usageSentence(message: string): string {
  const plain = toPlainLine(message.replace(/^error: /, ''), maxMessageLength);
  const sentence = plain.charAt(0).toUpperCase() + plain.slice(1);
  return /[.!?)]$/.test(sentence) ? sentence : `${sentence}. "${programName} --help" says more.`;
}

async function finish(output: Output, exitCode: ExitCode): Promise<ExitCode> {
  try {
    await output.flush();
    return exitCode;
  } catch (error) {
    output.notes([`${programName}: ${errorText(error)}`]);
    return exitCodes.failed;
  }
}
