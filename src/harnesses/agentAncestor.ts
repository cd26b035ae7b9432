import type { ListedProcess } from '../core/harness/discovery/listedProcess.ts';
import { programBaseName } from '../core/harness/discovery/programBaseName.ts';
import type { HarnessId } from '../core/harness/harnessEvent.ts';

/** What must be known of a coding agent to find its process. */
export interface RecognisableHarness {
  readonly id: HarnessId;
  isAgentProcess(process: ListedProcess): boolean;
}

export interface AgentProcess<H extends RecognisableHarness = RecognisableHarness> {
  readonly process: ListedProcess;
  readonly harness: H;
}

/**
 * The nearest ancestor that is one of these agents itself: neither the shell that runs its hook nor a
 * launcher such as npx, nor this program. Of a script that starts a native program, both of them the
 * agent by name, it is the one that is nearer, which does the work.
 *
 * @param ancestors nearest first; read no further than to the answer
 */
export function nearestAgent<H extends RecognisableHarness>(
  ancestors: Iterable<ListedProcess>,
  harnesses: readonly H[],
): AgentProcess<H> | undefined {
  for (const process of ancestors) {
    const harness = agentOf(process, harnesses);
    if (harness !== undefined) return { process, harness };
  }
  return undefined;
}

/** Which of these agents a process is, if any. */
export function agentOf<H extends RecognisableHarness>(
  process: ListedProcess,
  harnesses: readonly H[],
): H | undefined {
  if (isBystander(process)) return undefined;
  return harnesses.find((harness) => harness.isAgentProcess(process));
}

const shells = /^-?(?:ba|da|z|k|c|tc|fi|pw|nu)?sh$|^cmd$|^powershell$|^busybox$|^env$|^sudo$/;
const launchers = /^(?:npm|npx|pnpm|pnpx|yarn|yarnpkg|bunx|corepack)$/;
const launcherScripts = /[/\\](?:npm-cli|npx-cli|pnpm|pnpx|yarn|corepack)\.c?js$/;
const ownScripts =
  /(?:^|[/\\])(?:heddle-agents(?:\.cmd)?|heddle-agents[^/\\]*[/\\](?:.*[/\\])?dist[/\\]\w+\.cjs)$/;

/** A shell, a launcher or this program: its arguments may name an agent, but it is none. */
function isBystander({ name, args }: ListedProcess): boolean {
  const [program = '', script = ''] = args;
  // npm gives itself a title such as `npm exec claude`, which replaces all its arguments.
  const firstWord = programBaseName(program.split(' ', 1)[0] ?? '');
  const isShell =
    shells.test(programBaseName(name)) && shells.test(firstWord === '' ? name : firstWord);
  return (
    isShell ||
    launchers.test(firstWord) ||
    launcherScripts.test(script) ||
    ownScripts.test(script) ||
    ownScripts.test(program)
  );
}

/**
 * Which of these agents a process is that works in a folder of its own accord. An editor whose
 * processes run agents inside it says nothing of where they work, nor whether there are any.
 */
export function standaloneAgentOf<H extends RecognisableHarness>(
  process: ListedProcess,
  harnesses: readonly H[],
): H | undefined {
  const harness = agentOf(process, harnesses);
  if (harness === undefined || harness.id === 'vscode-copilot') return undefined;
  const isEditor =
    harness.id === 'cursor' &&
    ![process.executable, ...process.args.slice(0, 2)].some((path) => cursorAgent.test(path ?? ''));
  return isEditor ? undefined : harness;
}

const cursorAgent = /(?:^|[/\\])cursor-agent(?:$|[/\\.])/;
