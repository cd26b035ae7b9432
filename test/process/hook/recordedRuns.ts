import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { HarnessId } from '../../../src/core/harness/harnessEvent.ts';
import { rebasePayload } from '../../../src/core/harness/doctor/rebasePayload.ts';
import { sessionIdOf } from '../../../src/core/locks/lockHolder.ts';
import { cliPath } from '../../support/cliPath.ts';
import { allPayloads, type KeptPayload } from '../../support/payloads/readPayloads.ts';
import { HookRepository, type HookEnd } from './hookRepository.ts';

/** Where the repository of the kept payloads was. */
const recordedFolders: Readonly<Record<string, string>> = {
  'claude-code': '/home/dev/project',
  codex: '/home/dev/project',
  'gemini-cli': '/home/dev/project',
  opencode: '/home/dev/project',
};
const documentedFolder = '/project';

/** The payload in this repository, as the bytes that its agent would send. */
export function inputOf({ harness, payload }: KeptPayload, root: string): string {
  const from = recordedFolders[harness] ?? documentedFolder;
  const outside = `${root}-elsewhere`;
  const here = rebasePayload(payload, { from, to: root, outside, separator: '/' });
  const text = JSON.stringify(here);
  return text.replaceAll(`file://${from}/`, `file://${root}/`);
}

/** Runs the built hook without an agent above it that it could find. */
export function runHook(
  input: string | Buffer,
  { cwd, harness, env = {} }: HookPlace,
): Promise<HookEnd> {
  const args = [cliPath(), 'hook', ...(harness === undefined ? [] : [harness])];
  const { PATH } = process.env;
  const child = spawn(process.execPath, args, { cwd, env: { PATH, HOME: cwd, ...env } });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ stdout, stderr, code }));
  });
}

export interface HookPlace {
  readonly cwd: string;
  readonly harness?: HarnessId | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

/** The calls of one recorded run, in the order in which they started. */
export interface RecordedRun {
  readonly name: string;
  readonly calls: readonly KeptPayload[];
}

/** All runs that were recorded of an agent. */
export function recordedRuns(harness: HarnessId): readonly RecordedRun[] {
  const folder = fileURLToPath(new URL(`../../support/payloads/${harness}`, import.meta.url));
  const kept = new Map(allPayloads().map((each) => [each.file, each]));
  const orders = readdirSync(folder).filter((name) => name.endsWith('-order.json'));
  return orders.sort().map((name) => {
    const order = JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as { file: string }[];
    const calls = order.flatMap(({ file }) => kept.get(`${harness}/${file}`) ?? []);
    return { name: `${harness} ${name.slice(0, -'-order.json'.length)}`, calls };
  });
}

/** What was made from documentation, in the order of the names of the files. */
export function documentedPayloads(harness: HarnessId): readonly KeptPayload[] {
  return allPayloads().filter(({ file }) => file.startsWith(`${harness}/documented/`));
}

/**
 * Runs the calls one after another and tells, a line each, what was answered and what then was
 * different: agents with their state and parent, and who takes or gives back what.
 */
export async function courseOf(
  { calls }: RecordedRun,
  { run }: { readonly run: (input: string, place: HookPlace) => Promise<HookEnd> },
): Promise<readonly string[]> {
  const repository = new HookRepository();
  try {
    const lines: string[] = [];
    let before = await stateOf(repository);
    for (const call of calls) {
      const input = inputOf(call, repository.root);
      const { stdout, stderr, code } = await run(input, { cwd: repository.root });
      const state = await stateOf(repository);
      const name = call.file.replace(/^.*\/(?:documented\/|[a-z-]+-(?=[A-Z]|[a-z]+\.|usage))?/, '');
      const tell = (line: string): number =>
        lines.push(`${name.slice(0, -'.json'.length)} ${line}`);
      if (stdout !== '') tell(`says ${await restored(stdout, repository)}`);
      if (stderr !== '' || code !== 0) tell(`ends with ${code} ${stderr}`);
      for (const line of difference(before, state)) tell(line);
      before = state;
    }
    for (const { kind, paths } of (await repository.registry.activity.read()).events) {
      const isTold = kind === 'edit-unguarded' || kind === 'lock-saved-over';
      if (isTold) lines.push(`${kind} ${paths.join(', ')}`);
    }
    return lines;
  } finally {
    repository.dispose();
  }
}

interface RepositoryState {
  readonly agents: readonly string[];
  /** Who holds what. */
  readonly locks: readonly (readonly [key: string, path: string])[];
}

function difference(before: RepositoryState, after: RepositoryState): readonly string[] {
  const had = new Set(before.locks.map(String));
  const has = new Set(after.locks.map(String));
  return [
    ...after.agents.filter((line) => !before.agents.includes(line)),
    ...after.locks
      .filter((each) => !had.has(String(each)))
      .map(([key, path]) => `${key} takes ${path}`),
    ...before.locks
      .filter((each) => !has.has(String(each)))
      .map(([key, path]) => `${key} gives back ${path}`),
  ];
}

async function stateOf(repository: HookRepository): Promise<RepositoryState> {
  const [entries, standing] = [await repository.entries(), await repository.standing()];
  const keys = new Map(
    entries.map((entry) => [entry.sessionId, brief(entry.nativeActorKey ?? '')]),
  );
  const agents = entries.map(({ nativeActorKey = '', nativeParentActorKey, status }) => {
    const parent = nativeParentActorKey === undefined ? '' : ` of ${brief(nativeParentActorKey)}`;
    return `${brief(nativeActorKey)} ${status}${parent}`;
  });
  const locks = standing.map(({ holder, lock }) => {
    return [keys.get(sessionIdOf(holder) ?? '') ?? '', lock.path] as const;
  });
  return { agents: agents.sort(), locks: locks.sort() };
}

/** Without what all ids of the recordings have in common. */
function brief(key: string): string {
  return key
    .replace(/0{8}-0{4}-4000-8000-0*/, '#')
    .replace(/(?<=[_a])0{3,}/, '#')
    .replace(/folder-[\da-f]{16}$/, 'folder');
}

async function restored(text: string, repository: HookRepository): Promise<string> {
  let plain = text.replace(/\n$/, '⏎').replaceAll(repository.root, '<root>');
  for (const { sessionId, nativeActorKey = '' } of await repository.entries()) {
    plain = plain.replaceAll(sessionId, `<${brief(nativeActorKey)}>`);
  }
  return plain;
}

/** Does the work for all, two at a time. */
export async function twoAtATime<T, R>(
  all: readonly T[],
  work: (each: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const left = [...all.entries()];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all([worker(), worker()]);
  return results;
}
