import type { ActivityEvent } from '../activity/activityEvent.ts';
import { sessionIdOf } from '../locks/lockHolder.ts';
import type { LockPath } from '../locks/lockPath.ts';
import { byOf } from './eventAgent.ts';
import type { HarnessEvent } from './harnessEvent.ts';
import type { HookPorts, LookedAtFile } from './hookPorts.ts';
import type { SessionLine } from './sessionLine.ts';
import type { SessionAgent } from './sessionAgent.ts';

/** Beyond this many files of one edit nobody is told of each by itself. */
const maxTold = 100;

/**
 * Records what an agent has changed, so that others learn that their view of it is stale, and whoever
 * holds a file although it was changed is told.
 */
export async function noteEdits(
  {
    event,
    agent,
    paths,
  }: {
    readonly event: HarnessEvent;
    readonly agent: SessionAgent;
    readonly paths: readonly string[];
  },
  ports: HookPorts,
): Promise<void> {
  const looked = paths.flatMap((path) => ports.files.look(path, event.cwd) ?? []);
  await noteChanged({ event, agent, files: looked.filter(({ isFolder }) => !isFolder) }, ports);
}

/**
 * What changed since calls began of which no end was told, such as a patch in a shell command. Calls that
 * began after `untilMs` may still go on.
 */
export function lostEdits(
  { event, agent }: { readonly event: HarnessEvent; readonly agent: SessionAgent },
  { files }: Pick<HookPorts, 'files'>,
  { untilMs = Number.POSITIVE_INFINITY }: { readonly untilMs?: number } = {},
): readonly LookedAtFile[] {
  const calls = [...agent.tools.values()].filter(({ does, sinceMs }) => {
    return does === 'edit' && sinceMs <= untilMs;
  });
  return calls.flatMap(({ paths, sinceMs }) => {
    const looked = paths.flatMap((path) => files.lookAt(path, event.cwd) ?? []);
    return looked.filter(({ isFolder, changedMs = 0 }) => !isFolder && changedMs >= sinceMs);
  });
}

/** Records those of them that the agent holds, so that nobody else may have changed them. */
export async function noteLostEdits(
  {
    event,
    agent,
    lost,
  }: {
    readonly event: HarnessEvent;
    readonly agent: SessionAgent;
    readonly lost: readonly LookedAtFile[];
  },
  ports: HookPorts,
): Promise<void> {
  const files: LookedAtFile[] = [];
  for (const file of lost) if (await isHeldBy(agent, file.path, ports)) files.push(file);
  await noteChanged({ event, agent, files }, ports);
}

async function isHeldBy(
  { entryId }: SessionAgent,
  path: string,
  ports: Pick<HookPorts, 'holds' | 'locks'>,
): Promise<boolean> {
  if (ports.holds(entryId, [path])) return true;
  const standing = await ports.locks.holdersOf(path);
  return standing.some(({ holder }) => sessionIdOf(holder) === entryId);
}

/** Records that these files are now as this agent left them. */
async function noteChanged(
  {
    event,
    agent,
    files,
  }: {
    readonly event: HarnessEvent;
    readonly agent: SessionAgent;
    readonly files: readonly LookedAtFile[];
  },
  ports: HookPorts,
): Promise<void> {
  if (files.length === 0) return;
  const atMs = ports.clock.now();
  const seen = files.map(({ key: path, signature }): SessionLine => {
    return { kind: 'seen', atMs, ...byOf(event), path, signature, isEdit: true };
  });
  ports.record.append(...seen);
  const changed = files.map(({ path }) => path);
  const actor = ports.agents.partyOf(agent.entryId);
  const edited: ActivityEvent = { atMs, kind: 'file-edited', actor, paths: changed };
  await ports.activity.append([edited]);
  for (const path of changed.slice(0, maxTold)) await tellHolders(path, agent, ports);
}

/** An edit that no hook could refuse, or one of an agent that does not obey. */
async function tellHolders(path: LockPath, agent: SessionAgent, ports: HookPorts): Promise<void> {
  if (ports.holds(agent.entryId, [path])) return;
  const standing = await ports.locks.holdersOf(path);
  const isOwn = standing.some(({ holder }) => sessionIdOf(holder) === agent.entryId);
  if (isOwn || standing.length === 0) return;
  const ref = { kind: 'session', sessionId: agent.entryId } as const;
  await ports.locks.noteSavedOver(ref, path, { cause: 'unguarded' });
}
