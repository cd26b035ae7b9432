import type { HarnessId } from '../harnessEvent.ts';
import { shellCommands } from './shellCommands.ts';

/**
 * Which coding agent a command line in a terminal starts, as far as its text tells; undefined for
 * none, also for commands of an agent's program that start no agent, such as `claude mcp list`.
 */
export function harnessOfCommandLine(line: string): HarnessId | undefined {
  return harnessWithin(line, maxNesting);
}

/** Shells in shells: deeper than anybody types. */
const maxNesting = 3;

function harnessWithin(line: string, depth: number): HarnessId | undefined {
  for (const words of shellCommands(line)) {
    const harness = harnessOfWords(words, depth);
    if (harness !== undefined) return harness;
  }
  return undefined;
}

interface AgentProgram {
  readonly harness: HarnessId;
  /** Subcommands that start no agent. */
  readonly quiet: ReadonlySet<string>;
}

function program(harness: HarnessId, quiet: string): AgentProgram {
  return { harness, quiet: new Set(quiet.split(' ')) };
}

const claude = program(
  'claude-code',
  'agents auth auto-mode config doctor gateway install logs mcp migrate-installer plugin plugins project rm setup-token stop update upgrade',
);
const codex = program(
  'codex',
  'app apply a cloud completion debug doctor features help login logout mcp plugin sandbox update',
);
const gemini = program('gemini-cli', 'extension extensions hooks hook mcp skill skills');
const opencode = program(
  'opencode',
  'agent auth completion db debug export github import mcp models plugin providers session stats uninstall upgrade',
);
const cursor = program(
  'cursor',
  'about create-chat help install-shell-integration login logout ls mcp models status uninstall-shell-integration update upgrade whoami',
);
const copilot = program('copilot-cli', 'completion help login plugin update version');

/** By the name of the program, and by that of the package for `npx` and its like. */
const programs: ReadonlyMap<string, AgentProgram> = new Map([
  ['claude', claude],
  ['@anthropic-ai/claude-code', claude],
  ['codex', codex],
  ['@openai/codex', codex],
  ['gemini', gemini],
  ['@google/gemini-cli', gemini],
  ['opencode', opencode],
  ['opencode-ai', opencode],
  ['cursor-agent', cursor],
  ['copilot', copilot],
  ['@github/copilot', copilot],
]);

/** Options of programs that only start another, which take the next word as their value. */
const prefixes: ReadonlyMap<string, readonly string[]> = new Map([
  ['&', []],
  ['.', []],
  ['builtin', []],
  ['bun', []],
  ['bunx', ['-p', '--package']],
  ['caffeinate', ['-t', '-w']],
  ['command', []],
  ['corepack', []],
  ['deno', []],
  ['dotenv', ['-e', '-f']],
  ['env', ['-u', '--unset', '-C', '--chdir', '-S']],
  ['exec', ['-a']],
  ['ionice', ['-c', '-n']],
  ['nice', ['-n', '--adjustment']],
  ['node', ['-r', '--require', '--import', '--env-file']],
  ['noglob', []],
  ['nohup', []],
  ['npm', ['-p', '--package', '--prefix', '-w', '--workspace']],
  ['npx', ['-p', '--package']],
  ['pnpm', ['--package', '-C', '--dir', '--filter']],
  ['pnpx', ['--package']],
  ['setsid', []],
  ['start', []],
  ['stdbuf', ['-i', '-o', '-e']],
  ['sudo', ['-u', '--user', '-g', '--group', '-p', '-C', '-D']],
  ['time', []],
  ['timeout', ['-k', '--kill-after', '-s', '--signal']],
  ['winpty', []],
  ['yarn', ['-p', '--package', '--cwd']],
]);
/** Words of package runners before the name of what they run. */
const runnerVerbs = new Set(['exec', 'x', 'dlx', 'run']);
const runners = new Set(['npm', 'pnpm', 'yarn', 'bun', 'corepack', 'deno']);
const shells = new Set(['sh', 'bash', 'zsh', 'dash', 'ksh', 'fish', 'pwsh', 'powershell', 'cmd']);
const assignment = /^[A-Za-z_]\w*\+?=/;

function harnessOfWords(words: readonly string[], depth: number): HarnessId | undefined {
  let rest = words;
  for (;;) {
    const [first, ...others] = rest;
    if (first === undefined) return undefined;
    const name = programName(first);
    const found = programs.get(name);
    if (found !== undefined) return startsAgent(found, others) ? found.harness : undefined;

    const valueOptions = prefixes.get(name);
    if (assignment.test(first) || first.startsWith('$env:')) rest = others;
    else if (valueOptions !== undefined) rest = afterPrefix(name, { words: others, valueOptions });
    else return shells.has(name) && depth > 0 ? harnessOfShell(others, depth - 1) : undefined;
  }
}

/** The words from the program on that is started by another. */
function afterPrefix(
  name: string,
  {
    words,
    valueOptions,
  }: { readonly words: readonly string[]; readonly valueOptions: readonly string[] },
): readonly string[] {
  let i = 0;
  const skipOptions = (): void => {
    for (let word = words[i]; word?.startsWith('-'); word = words[i]) {
      i += valueOptions.includes(word) ? 2 : 1;
    }
  };
  skipOptions();
  if (runners.has(name) && runnerVerbs.has(words[i] ?? '')) i += 1;
  else if (name === 'timeout' && /^[\d.]+[smhd]?$/.test(words[i] ?? '')) i += 1;
  skipOptions();
  return words.slice(i);
}

/** `bash -lc "claude"`: the word after the option is a command line. */
function harnessOfShell(words: readonly string[], depth: number): HarnessId | undefined {
  const at = words.findIndex((word) => /^(?:-\w*c|-command|\/[ck])$/i.test(word));
  const line = at === -1 ? undefined : words[at + 1];
  return line === undefined ? undefined : harnessWithin(line, depth);
}

function startsAgent({ quiet }: AgentProgram, args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const options = end === -1 ? args : args.slice(0, end);
  if (options.some((arg) => /^(?:--help|--version|-h|-v|-V)$/.test(arg))) return false;
  const subcommand = args.find((arg) => !arg.startsWith('-'));
  return subcommand === undefined || !quiet.has(subcommand);
}

/** `C:\x\claude.cmd` → `claude`; `@openai/codex@latest` and `…/@openai/codex/bin/codex.js` → the agent. */
function programName(word: string): string {
  const path = word.replaceAll('\\', '/');
  const packaged = /(?:^|(?:^|\/)node_modules\/)(@[\w.-]+\/[\w.-]+|opencode-ai)(?:[@/]|$)/.exec(
    path,
  )?.[1];
  if (packaged !== undefined && programs.has(packaged)) return packaged;
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  return name.replace(/(?<=.)\.(?:exe|cmd|bat|ps1|[cm]?js)$/, '').replace(/(?<=.)@[\w.^~-]+$/, '');
}
