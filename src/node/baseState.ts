import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const unknownBaseState = 'unknown';
/** A ref that could leave its folder, or name an option, is not followed. */
const refPattern = /^refs\/(?!.*\.\.)[^\s\\:?*[~^\p{Cc}]+$/u;
const stateIdPattern = /^[\w-]{4,128}$/;

/** The state on which new work is based: Heddle's head, else `git:<HEAD>`, else `unknown`. */
export function currentBaseState(heddleFolder: string, worktree: string): string {
  return heddleHead(heddleFolder) ?? gitHead(worktree) ?? unknownBaseState;
}

/** The branch that is checked out in a folder; undefined outside git or with a detached head. */
export function currentGitBranch(worktree: string): string | undefined {
  const gitDir = gitDirOf(worktree);
  const head = gitDir && readLine(join(gitDir, 'HEAD'));
  return head === undefined ? undefined : /^ref: refs\/heads\/(.+)$/.exec(head)?.[1];
}

function heddleHead(heddleFolder: string): string | undefined {
  const head = readLine(join(heddleFolder, 'HEAD'));
  if (head === undefined) return undefined;
  const ref = /^ref: (.+)$/.exec(head)?.[1];
  if (ref === undefined) return validState(head);
  return refPattern.test(ref) ? validState(readLine(join(heddleFolder, ref))) : undefined;
}

function validState(text: string | undefined): string | undefined {
  return text !== undefined && stateIdPattern.test(text) ? text : undefined;
}

function gitHead(worktree: string): string | undefined {
  const gitDir = gitDirOf(worktree);
  const head = gitDir && readLine(join(gitDir, 'HEAD'));
  if (gitDir === undefined || head === undefined) return undefined;
  const ref = /^ref: (.+)$/.exec(head)?.[1];
  const commit = ref === undefined ? head : resolveGitRef(gitDir, ref);
  return commit !== undefined && /^[0-9a-f]{40,64}$/.test(commit) ? `git:${commit}` : undefined;
}

function resolveGitRef(gitDir: string, ref: string): string | undefined {
  if (!refPattern.test(ref)) return undefined;
  const common = resolve(gitDir, readLine(join(gitDir, 'commondir')) ?? '.');
  const loose = readLine(join(gitDir, ref)) ?? readLine(join(common, ref));
  if (loose !== undefined) return loose;
  const packed = readText(join(common, 'packed-refs'))?.split('\n') ?? [];
  return packed.find((line) => line.endsWith(` ${ref}`))?.split(' ')[0];
}

/** The git directory of the nearest checkout upwards. */
function gitDirOf(worktree: string): string | undefined {
  for (let folder = resolve(worktree); ; folder = resolve(folder, '..')) {
    const path = join(folder, '.git');
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory()) return path;
    if (stats?.isFile()) {
      const target = /^gitdir: (.+)$/.exec(readLine(path) ?? '')?.[1];
      return target === undefined ? undefined : resolve(folder, target);
    }
    if (resolve(folder, '..') === folder) return undefined;
  }
}

function readLine(path: string): string | undefined {
  return readText(path)?.split('\n', 1)[0]?.trim();
}

const maxRefFileBytes = 16 * 1024 * 1024;

function readText(path: string): string | undefined {
  try {
    const stats = statSync(path);
    return stats.isFile() && stats.size <= maxRefFileBytes ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
