import type { AgentEntry } from '../agents/agentEntry.ts';
import type { AgentView } from '../agents/agentIndex.ts';
import { knownEntry } from '../agents/knownEntry.ts';
import { RegistryError } from '../agents/registryError.ts';
import { assertSessionId } from '../agents/sessionId.ts';
import { partyOf } from '../activity/agentParty.ts';
import { maxHolderNameLength } from './lockConfig.ts';
import { newHolder, placeholderName, type HolderProcess, type LockHolder } from './lockHolder.ts';
import type { LockView } from './lockTable.ts';
import { assertHolderId, assertHolderName } from './registering.ts';

/** How somebody says who they are. */
export type HolderRef =
  /** A session id, a number or any other name, as a person or an agent types it. */
  | {
      readonly kind: 'text';
      readonly text: string;
      /** The process with which its locks end, where it is named; else the one known before stays. */
      readonly process?: HolderProcess | undefined;
    }
  | { readonly kind: 'session'; readonly sessionId: string }
  | {
      readonly kind: 'window';
      readonly windowId: string;
      /** Who sits at it. */
      readonly name: string;
      readonly process: HolderProcess | undefined;
    };

/** The holder that is meant, where it is known already. */
export function findHolder(view: LockView, ref: HolderRef): LockHolder | undefined {
  switch (ref.kind) {
    case 'session':
      return view.bySession(ref.sessionId);
    case 'window':
      return view.byWindow(ref.windowId);
    case 'text': {
      const id = toHolderId(ref.text);
      return id === undefined ? (view.bySession(ref.text) ?? view.byName(ref.text)) : view.get(id);
    }
  }
}

/**
 * The holder that is meant, or the one that it becomes with its first lock: a session of the registry
 * under its name, a number as `agent-<number>`, any other name under the next id.
 * @throws RegistryError `invalid-holder`, or `not-active` for a session that has ended
 */
export function findOrMakeHolder(
  { view, entries }: { readonly view: LockView; readonly entries: AgentView },
  ref: HolderRef,
  nowMs: number,
): LockHolder {
  const known = findHolder(view, ref);
  if (known === undefined) assertFileNameSafe(ref);
  if (ref.kind === 'window') return windowHolder(view, { ref, known, nowMs });
  const holder = sessionOrName({ view, entries }, { ref, known, nowMs });
  const process = ref.kind === 'text' ? ref.process : undefined;
  // A window is found by its number too, but its process is its own.
  const isKept = process === undefined || holder.identity.kind === 'window';
  return isKept || isSameProcess(holder.process, process) ? holder : { ...holder, process };
}

/** Ids of sessions and windows become part of the names of files. */
function assertFileNameSafe(ref: HolderRef): void {
  if (ref.kind === 'session') assertSessionId(ref.sessionId);
  if (ref.kind === 'window') assertSessionId(ref.windowId);
}

function sessionOrName(
  { view, entries }: { readonly view: LockView; readonly entries: AgentView },
  {
    ref,
    known,
    nowMs,
  }: {
    readonly ref: HolderRef & { readonly kind: 'text' | 'session' };
    readonly known: LockHolder | undefined;
    readonly nowMs: number;
  },
): LockHolder {
  const sessionId = sessionOf(ref, { known, entries });
  if (sessionId !== undefined) assertNotEnded(sessionId, entries);
  if (known !== undefined) return known;
  if (sessionId !== undefined) {
    const name = nameOf(knownEntry(entries, sessionId), sessionId);
    return newHolder({ id: view.nextId, name, identity: { kind: 'session', sessionId }, nowMs });
  }
  const text = ref.kind === 'text' ? ref.text : ref.sessionId;
  const id = toHolderId(text);
  if (id !== undefined) {
    assertHolderId(id);
    return newHolder({ id, name: placeholderName(id), identity: { kind: 'name' }, nowMs });
  }
  assertHolderName(text);
  return newHolder({ id: view.nextId, name: text, identity: { kind: 'name' }, nowMs });
}

function windowHolder(
  view: LockView,
  {
    ref,
    known,
    nowMs,
  }: {
    readonly ref: HolderRef & { readonly kind: 'window' };
    readonly known: LockHolder | undefined;
    readonly nowMs: number;
  },
): LockHolder {
  const { windowId, process } = ref;
  const name = ref.name.slice(0, maxHolderNameLength);
  assertHolderName(name);
  const holder =
    known ?? newHolder({ id: view.nextId, name, identity: { kind: 'window', windowId }, nowMs });
  const isSame = holder.name === name && isSameProcess(holder.process, process);
  return isSame ? holder : { ...holder, name, process };
}

function sessionOf(
  ref: HolderRef & { readonly kind: 'text' | 'session' },
  { known, entries }: { readonly known: LockHolder | undefined; readonly entries: AgentView },
): string | undefined {
  if (known !== undefined) {
    return known.identity.kind === 'session' ? known.identity.sessionId : undefined;
  }
  if (ref.kind === 'session') return ref.sessionId;
  return knownEntry(entries, ref.text) === undefined ? undefined : ref.text;
}

function isSameProcess(a: HolderProcess | undefined, b: HolderProcess | undefined): boolean {
  return a?.pid === b?.pid && a?.processStart === b?.processStart;
}

function assertNotEnded(sessionId: string, entries: AgentView): void {
  const entry = knownEntry(entries, sessionId);
  if (entry === undefined || entry.status === 'active') return;
  const message = `${sessionId} has ended (${entry.status}), so it can hold nothing. Register it again.`;
  throw new RegistryError('not-active', message, { sessionId });
}

function nameOf(entry: AgentEntry | undefined, sessionId: string): string {
  const name = entry ? partyOf(entry).name : sessionId;
  return name.trim() === '' ? sessionId : name.slice(0, maxHolderNameLength);
}

/** Digits alone are a number; a name may well contain some. */
function toHolderId(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
