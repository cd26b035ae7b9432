import type { HarnessId } from '../../core/harness/harnessEvent.ts';

const posixPath = '"$HOME/.heddle-agents/bin/heddle-agents"';
const windowsPath = '.heddle-agents\\bin\\heddle-agents.cmd';

/** Whom a command line names; undefined where one file is read by several agents. */
export type HookTarget = HarnessId | undefined;

/**
 * The command line for POSIX shells. Agents trust it by its hash and run equal ones once, so it is the
 * same in every scope and never changes. On a machine without the launcher it reads its input, which
 * some agents insist on, and ends well. Fish and csh understand it too: Codex uses the person's shell.
 */
export function posixCommand(target: HookTarget): string {
  return `[ -x ${posixPath} ] || exec cat >/dev/null; exec ${posixPath} ${hookArguments(target)}`;
}

/** The same for Windows PowerShell. */
export function powershellCommand(target: HookTarget): string {
  const path = `"$HOME\\${windowsPath}"`;
  return `if (Test-Path ${path}) { & ${path} ${hookArguments(target)}; exit $LASTEXITCODE }`;
}

/** The same for `cmd.exe`. */
export function cmdCommand(target: HookTarget): string {
  const path = `"%USERPROFILE%\\${windowsPath}"`;
  return `if exist ${path} ${path} ${hookArguments(target)}`;
}

/** True for a command line of ours, of this version or another one. */
export function isOurCommand(command: string): boolean {
  return /\.heddle-agents[\\/]+bin[\\/]+heddle-agents(?:\.cmd)?["']?\s+hook\b/.test(command);
}

function hookArguments(target: HookTarget): string {
  return target === undefined ? 'hook' : `hook ${target}`;
}
