import { readFileSync, statSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** Longest name of a person that is used. */
const maxNameLength = 100;
const maxConfigBytes = 1024 * 1024;

/**
 * What a person is called in a folder: git's `user.name` of the repository, else of the person, else
 * the name of their account. Reads configuration as text and runs no git; included files are not read.
 */
export function personName(folder: string): string {
  const configured = configFiles(folder)
    .map(gitUserName)
    .find((name) => name !== undefined);
  return configured ?? accountName() ?? 'unknown';
}

/**
 * The process that outlives an extension host when its window is reloaded: the one that started it,
 * which is the editor itself or the server of a remote window.
 */
export function hostParentProcessId(): number {
  return process.ppid;
}

/** The value of `user.name` in the text of a git configuration. The last one counts, as for git. */
export function parseGitUserName(config: string): string | undefined {
  let isInUser = false;
  let name: string | undefined;
  for (const line of config.split(/\r?\n/)) {
    const section = /^\s*\[\s*([^\]"]*?)\s*(?:"[^]*")?\s*\]/.exec(line);
    if (section) isInUser = /^\s*\[\s*user\s*\]/i.test(line);
    const rest = section ? line.slice(section[0].length) : line;
    const value = isInUser ? /^\s*name\s*=\s*(.*)$/i.exec(rest)?.[1] : undefined;
    if (value !== undefined) name = cleanName(unquote(value));
  }
  return name;
}

/** The most specific first. */
function configFiles(folder: string): readonly string[] {
  const own = repositoryConfig(folder);
  const xdg = process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config');
  return [
    ...(own === undefined ? [] : [own]),
    join(homedir(), '.gitconfig'),
    join(xdg, 'git', 'config'),
  ];
}

/** The configuration of the nearest repository upwards, shared by its worktrees. */
function repositoryConfig(folder: string): string | undefined {
  for (let current = resolve(folder); ; current = dirname(current)) {
    const path = join(current, '.git');
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory()) return join(path, 'config');
    if (stats?.isFile()) {
      const gitDir = /^gitdir: (.+)$/m.exec(readText(path) ?? '')?.[1]?.trim();
      if (gitDir === undefined) return undefined;
      const target = resolve(current, gitDir);
      const common = readText(join(target, 'commondir'))?.trim() ?? '.';
      return join(resolve(target, common), 'config');
    }
    if (dirname(current) === current) return undefined;
  }
}

function gitUserName(path: string): string | undefined {
  const text = readText(path);
  return text === undefined ? undefined : parseGitUserName(text);
}

/** Quotes, escapes and a trailing comment, as git reads them. */
function unquote(value: string): string {
  let text = '';
  let isQuoted = false;
  for (let i = 0; i < value.length; i += 1) {
    const char = value.charAt(i);
    if (char === '\\') {
      i += 1;
      const escaped = value.charAt(i);
      text += /[nbt]/.test(escaped) ? ' ' : escaped;
    } else if (char === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (char === '#' || char === ';')) break;
    else text += char;
  }
  return text;
}

function cleanName(name: string): string | undefined {
  const clean = name
    .replace(/[\p{Cc}\p{Cf}\p{Surrogate}\u2028\u2029]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, maxNameLength)
    .trim();
  return clean === '' ? undefined : clean;
}

function accountName(): string | undefined {
  try {
    return cleanName(userInfo().username);
  } catch {
    // A container may run under a user id that has no account.
    return undefined;
  }
}

function readText(path: string): string | undefined {
  try {
    const stats = statSync(path);
    return stats.isFile() && stats.size <= maxConfigBytes ? readFileSync(path, 'utf8') : undefined;
  } catch {
    // Not everybody has every file.
    return undefined;
  }
}
