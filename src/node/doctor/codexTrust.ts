import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { parse } from 'smol-toml';

/** Whether Codex runs the hooks of a file. */
export type CodexTrust =
  | 'trusted'
  /** It skips them in silence until a person has looked at them. */
  | 'untrusted'
  /** A person has switched them off. */
  | 'disabled'
  /** Its own settings cannot be read. */
  | 'unknown';

const maxBytes = 4 * 1024 * 1024;

/**
 * Looks up in Codex's settings which hooks of a file were trusted. Whether they still are what was
 * trusted only Codex can tell, which takes the hash over its own form of them.
 */
export async function codexTrust(
  hooksFile: string,
  {
    home,
    env,
  }: { readonly home: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<CodexTrust> {
  const named = env.CODEX_HOME;
  const folder = named !== undefined && isAbsolute(named) ? named : join(home, '.codex');
  const states = await hookStates(join(folder, 'config.toml'));
  if (states === undefined) return 'unknown';
  const real = await realpath(hooksFile).catch(() => hooksFile);
  // The key goes on with the position of the hook in the file.
  const starts = [...new Set([hooksFile, real])].map((path) => `${path}:pre_tool_use:`);
  const ours = Object.entries(states).filter(([key]) =>
    starts.some((start) => key.startsWith(start)),
  );
  const trusted = ours.filter(([, state]) => typeof field(state, 'trusted_hash') === 'string');
  if (trusted.length === 0) return 'untrusted';
  return trusted.every(([, state]) => field(state, 'enabled') === false) ? 'disabled' : 'trusted';
}

/** Undefined when the file cannot be understood; nothing in it when it is missing. */
async function hookStates(file: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const stats = await stat(file).catch(() => undefined);
  if (stats === undefined) return {};
  if (!stats.isFile() || stats.size > maxBytes) return undefined;
  try {
    const states = field(field(parse(await readFile(file, 'utf8')), 'hooks'), 'state');
    return typeof states === 'object' && states !== null
      ? (states as Readonly<Record<string, unknown>>)
      : {};
  } catch {
    return undefined;
  }
}

function field(table: unknown, name: string): unknown {
  if (typeof table !== 'object' || table === null) return undefined;
  return (table as Readonly<Record<string, unknown>>)[name];
}
