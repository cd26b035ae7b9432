import { errorCode } from '../../base/errorText.ts';
import type { LockPath } from '../locks/lockPath.ts';
import type { LockGrant, LockOutcome } from '../locks/lockRequest.ts';
import { byOf, renewedAgent } from './eventAgent.ts';
import type { HarnessEvent } from './harnessEvent.ts';
import { nothingToSay, type HookDecision } from './hookDecision.ts';
import type { ChangedFile, HookPorts, LookedAtFile } from './hookPorts.ts';
import { keepLocks, termOf } from './keptLocks.ts';
import type { SessionLine } from './sessionLine.ts';
import { staleKey, type SessionAgent } from './sessionAgent.ts';
import { lockForTurn } from './turnLock.ts';

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
 * repository are nobody's business, and what is a folder is no file that could be edited.
 */
export async function guardEdit(edit: WantedEdit, ports: HookPorts): Promise<HookDecision> {
  const files = filesOf(edit, ports);
  if (files.length === 0) return nothingToSay;

  const paths = files.map(({ path }) => path);
  const isHeld = ports.holds(edit.agent.entryId, paths);
  const outcome = isHeld ? undefined : await lockRenewing(edit, paths, ports);
  if (outcome?.kind === 'held') {
    return { kind: 'refuse', reason: await ports.words.refusal(outcome.conflicts) };
  }
  const changes = await staleFiles(edit, { files, grants: outcome?.grants ?? [] }, ports);
  await keepLocks(ports);
  if (changes.length === 0) return nothingToSay;
  if (!isFirstToTell(edit, changes, ports)) return nothingToSay;
  return ports.reportsReads
    ? { kind: 'refuse', reason: ports.words.stale(changes) }
    : { kind: 'tell', text: ports.words.changedMeanwhile(changes) };
}

function filesOf({ event, paths }: WantedEdit, { files }: HookPorts): readonly LookedAtFile[] {
  const byKey = new Map<string, LookedAtFile>();
  for (const path of paths) {
    const file = files.look(path, event.cwd);
    if (file && !file.isFolder) byKey.set(file.key, file);
  }
  return [...byKey.values()];
}

/** An agent that works has an entry, whatever became of the one that it had. */
async function lockRenewing(
  edit: WantedEdit,
  paths: readonly LockPath[],
  ports: HookPorts,
): Promise<LockOutcome> {
  const wish = { paths, ...termOf(ports) };
  try {
    return await lockForTurn(edit.agent.entryId, wish, ports);
  } catch (error) {
    if (errorCode(error) !== 'not-active') throw error;
    const { entryId } = await renewedAgent(edit.event, ports);
    return lockForTurn(entryId, wish, ports);
  }
}

interface StaleFile extends LookedAtFile, ChangedFile {
  readonly path: LockPath;
}

/** What the agent has seen or held and somebody else changed since, of which it was not told yet. */
async function staleFiles(
  { agent }: WantedEdit,
  {
    files,
    grants,
  }: { readonly files: readonly LookedAtFile[]; readonly grants: readonly LockGrant[] },
  ports: HookPorts,
): Promise<readonly StaleFile[]> {
  const { settings, reportsReads } = ports;
  const stale: StaleFile[] = [];
  for (const file of files) {
    const seen = agent.seen.get(file.key);
    if (seen?.signature === file.signature) continue;
    if (agent.staleTold.has(staleKey(file.key, file.signature))) continue;
    const saved = grants.find(({ path }) => path === file.path)?.savedOver;
    if (saved) stale.push({ ...file, edit: saved });
    if (saved || seen === undefined || !reportsReads || !settings.refuseStaleViews) continue;
    const query = { entryId: agent.entryId, sinceMs: seen.atMs };
    const edit = await ports.editByOther(file.path, query);
    if (edit) stale.push({ ...file, edit });
  }
  return settings.refuseStaleViews || !reportsReads ? stale : [];
}

/** Of parallel calls one is told; several hooks of one call all say the same. */
function isFirstToTell(
  { event, callId }: WantedEdit,
  changes: readonly StaleFile[],
  { record, clock }: HookPorts,
): boolean {
  const atMs = clock.now();
  const lines = changes.map(({ key: path, signature }): SessionLine => {
    const ofCall = callId === undefined ? {} : { callId };
    return { kind: 'stale', atMs, ...byOf(event), path, signature, ...ofCall };
  });
  record.append(...lines);
  record.reread();
  const told = record.state?.agents.get(event.childKey ?? '')?.staleTold;
  return changes.some(({ key, signature }) => {
    const change = staleKey(key, signature);
    return told?.has(change) !== true || told.get(change) === callId;
  });
}
