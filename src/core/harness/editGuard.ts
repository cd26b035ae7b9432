import { sessionIdOf } from '../locks/lockHolder.ts';
import type { LockPath } from '../locks/lockPath.ts';
import type { LockConflict, LockGrant, LockOutcome } from '../locks/lockRequest.ts';
import type { HarnessEvent } from './harnessEvent.ts';
import { nothingToSay, type HookDecision } from './hookDecision.ts';
import type { EditByOther, HookPorts, LookedAtFile } from './hookPorts.ts';
import type { SessionLine } from './sessionLine.ts';
import { staleKey, type SessionAgent } from './sessionState.ts';
import { turnOver } from './turnOver.ts';

export interface WantedEdit {
  readonly event: HarnessEvent;
  readonly agent: SessionAgent;
  /** As the agent named them. */
  readonly paths: readonly string[];
  readonly callId: string | undefined;
}

/**
 * Takes the locks of all files of an edit, or refuses it: when somebody else holds one of them, and
 * once when somebody else changed one of them after the agent had last seen it. Files outside the
 * repository are nobody's business.
 */
export async function guardEdit(edit: WantedEdit, ports: HookPorts): Promise<HookDecision> {
  const files = filesOf(edit, ports);
  if (files.length === 0) return nothingToSay;

  const paths = files.map(({ path }) => path);
  const isHeld = ports.holds(edit.agent.entryId, paths);
  const outcome = isHeld ? undefined : await lock(edit, paths, ports);
  if (outcome?.kind === 'held') {
    return { kind: 'refuse', reason: await ports.words.refusal(outcome.conflicts) };
  }
  const changes = await staleFiles(edit, { files, grants: outcome?.grants ?? [] }, ports);
  if (changes.length === 0) return nothingToSay;
  const atMs = ports.clock.now();
  const by = edit.event.childKey === undefined ? {} : { child: edit.event.childKey };
  const told = changes.map(({ path, signature }): SessionLine => ({
    kind: 'stale',
    atMs,
    ...by,
    path,
    signature,
  }));
  ports.record.append(...told);
  return { kind: 'refuse', reason: ports.words.stale(changes) };
}

function filesOf({ event, paths }: WantedEdit, { files }: HookPorts): readonly LookedAtFile[] {
  const byPath = new Map<LockPath, LookedAtFile>();
  for (const path of paths) {
    const file = files.look(path, event.cwd);
    if (file) byPath.set(file.path, file);
  }
  return [...byPath.values()];
}

/** Tries again once after locks were taken from those who have nothing in hand any more. */
async function lock(
  { agent }: WantedEdit,
  paths: readonly LockPath[],
  ports: HookPorts,
): Promise<LockOutcome> {
  const { locks, record, settings } = ports;
  const ref = { kind: 'session', sessionId: agent.entryId } as const;
  // Of whom no process is known, only time can tell when it is gone.
  const hasProcess = record.state?.header.process !== undefined;
  const wish = {
    paths,
    isTurnBound: true,
    ...(hasProcess ? {} : { ttlMs: settings.lockTtlMs }),
  };
  const outcome = await locks.lock(ref, wish);
  if (outcome.kind === 'granted') return outcome;
  return (await takeFromResting(outcome.conflicts, ports)) ? locks.lock(ref, wish) : outcome;
}

/** Ends the turns of holders that have none; true when that freed something. */
async function takeFromResting(
  conflicts: readonly LockConflict[],
  { others, locks, settings }: HookPorts,
): Promise<boolean> {
  const entryIds = new Set(conflicts.flatMap(({ holder }) => sessionIdOf(holder) ?? []));
  let isAnyFreed = false;
  for (const sessionId of entryIds) {
    const other = await others.find(sessionId);
    const over = other && turnOver(other.agent, other.evidence, settings);
    if (over === undefined) continue;
    const freed = await locks.closeTurn({ kind: 'session', sessionId }, { over });
    isAnyFreed ||= freed.length > 0;
  }
  return isAnyFreed;
}

interface StaleFile extends LookedAtFile {
  readonly edit: EditByOther;
}

async function staleFiles(
  { agent }: WantedEdit,
  {
    files,
    grants,
  }: { readonly files: readonly LookedAtFile[]; readonly grants: readonly LockGrant[] },
  ports: HookPorts,
): Promise<readonly StaleFile[]> {
  if (!ports.settings.refuseStaleViews) return [];
  const stale: StaleFile[] = [];
  for (const file of files) {
    const seen = agent.seen.get(file.path);
    if (seen === undefined || seen.signature === file.signature) continue;
    if (agent.staleTold.has(staleKey(file.path, file.signature))) continue;
    const saved = grants.find(({ path }) => path === file.path)?.savedOver;
    const edit =
      saved ?? (await ports.editByOther(file.path, { entryId: agent.entryId, sinceMs: seen.atMs }));
    if (edit) stale.push({ ...file, edit });
  }
  return stale;
}
