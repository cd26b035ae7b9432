import type { ListedProcess } from '../core/harness/discovery/listedProcess.ts';

const runtimes = /^(?:node|nodejs|bun|deno|electron)$/;
/** Options of Node that take the next argument with them. */
const optionsWithValue = ['-r', '--require', '--import', '--loader', '-C', '--conditions'];

/** The last part of a path of any platform, without `.exe`. */
export function programName(path: string): string {
  return (path.split(/[\\/]/).at(-1) ?? '').replace(/\.exe$/i, '');
}

/** The file that a process executes, by the best that is known of it; for a link, what it is called. */
export function programsOf({ name, args, executable }: ListedProcess): readonly string[] {
  const known = [executable, args[0]].filter((path) => path !== undefined && path !== '');
  return known.length === 0 ? [name] : (known as readonly string[]);
}

/** The script that Node or the like runs, with `/` between its parts; undefined for other programs. */
export function scriptOf(process: ListedProcess): string | undefined {
  if (!programsOf(process).some((path) => runtimes.test(programName(path)))) return undefined;
  const { args } = process;
  for (let i = 1; i < args.length; i += 1) {
    const arg = args[i] ?? '';
    if (optionsWithValue.includes(arg)) i += 1;
    else if (!arg.startsWith('-')) return arg.replaceAll('\\', '/');
  }
  return undefined;
}

/** True for a program of one of these names; a script counts when it runs under such a name. */
export function isProgram(process: ListedProcess, name: RegExp): boolean {
  const isNamed = (path: string): boolean => name.test(programName(path));
  return scriptOf(process) === undefined
    ? programsOf(process).some(isNamed)
    : isNamed(process.args[0] ?? '');
}

export function isScript(process: ListedProcess, path: RegExp): boolean {
  const script = scriptOf(process);
  return script !== undefined && path.test(script);
}
