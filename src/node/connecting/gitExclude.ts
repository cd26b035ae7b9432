import { execFile } from 'node:child_process';
import { mkdir, readFile, stat, unlink } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from '../../base/errorText.ts';
import { replaceFile } from './replaceFile.ts';

/** What git knows of a file. */
export type GitFileState =
  /** Not in a checkout of git, or git cannot be asked. */
  'unknown' | 'tracked' | 'ignored' | 'untracked';

/** A line that was added to the list of files that git ignores in one repository. */
export interface ExcludedLine {
  /** The list, absolute. */
  readonly file: string;
  /** Exactly what was added at its end. */
  readonly added: string;
  readonly isFileMade: boolean;
}

const run = promisify(execFile);
const timeoutMs = 10_000;

/** Asks git whether it tracks or ignores a file. */
export async function gitFileState(checkout: string, file: string): Promise<GitFileState> {
  const path = relative(checkout, file);
  const tracked = await git(checkout, ['ls-files', '--error-unmatch', '--', `:(literal)${path}`]);
  if (tracked.kind === 'done') return 'tracked';
  const ignored = await git(checkout, ['check-ignore', '--quiet', '--', path]);
  if (ignored.kind === 'done') return 'ignored';
  return ignored.code === 1 ? 'untracked' : 'unknown';
}

/**
 * Has git ignore a file of this checkout, in the list that is not committed and that all worktrees of
 * the repository share. @throws system errors
 */
export async function excludeFromGit(
  checkout: string,
  file: string,
): Promise<ExcludedLine | undefined> {
  const found = await git(checkout, ['rev-parse', '--git-path', 'info/exclude']);
  if (found.kind !== 'done') return undefined;
  const list = resolve(checkout, found.output.replace(/\r?\n$/, ''));
  const before = await contentOf(list);
  const line = `/${escaped(relative(checkout, file).split(sep).join('/'))}`;
  if (before?.text.split(/\r?\n/).includes(line) === true) return undefined;
  const gap = before === undefined || before.text === '' || before.text.endsWith('\n') ? '' : '\n';
  const added = `${gap}${line}\n`;
  await mkdir(dirname(list), { recursive: true });
  await replaceFile(list, Buffer.from((before?.text ?? '') + added, 'utf8'), before?.mode ?? 0o644);
  return { file: list, added, isFileMade: before === undefined };
}

/** Takes the line out again. What else was added meanwhile stays. @throws system errors */
export async function includeInGit({ file, added, isFileMade }: ExcludedLine): Promise<void> {
  const before = await contentOf(file);
  if (before === undefined) return;
  const text = before.text.endsWith(added)
    ? before.text.slice(0, -added.length)
    : withoutLine(before.text, added.trim());
  if (text === before.text) return;
  if (text === '' && isFileMade) await unlink(file);
  else await replaceFile(file, Buffer.from(text, 'utf8'), before.mode);
}

function withoutLine(text: string, line: string): string {
  return text
    .split(/(?<=\n)/)
    .filter((each) => each.replace(/\r?\n$/, '') !== line)
    .join('');
}

/** Characters that mean something in such a list. */
function escaped(path: string): string {
  return path.replace(/[\\*?[\]!#]/g, '\\$&').replace(/ $/, '\\ ');
}

async function contentOf(
  file: string,
): Promise<{ readonly text: string; readonly mode: number } | undefined> {
  try {
    return { text: await readFile(file, 'utf8'), mode: (await stat(file)).mode & 0o7777 };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Inside a hook of git they would lead to another repository than the folder's. */
function withoutGitVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('GIT_')));
}

type GitAnswer =
  | { readonly kind: 'done'; readonly output: string }
  | { readonly kind: 'failed'; readonly code: number | undefined };

async function git(checkout: string, args: readonly string[]): Promise<GitAnswer> {
  try {
    const { stdout } = await run('git', ['-C', checkout, ...args], {
      timeout: timeoutMs,
      env: withoutGitVariables(process.env),
      windowsHide: true,
    });
    return { kind: 'done', output: stdout };
  } catch (error) {
    const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
    return { kind: 'failed', code: typeof code === 'number' ? code : undefined };
  }
}
