import { newAgentEntry, type AgentEntry, type NewAgentEntry } from './agentEntry.ts';
import type { HostIdentity } from './liveness.ts';
import { formatTimestamp, timestampMs } from './timestamp.ts';

/** How often a window says that it still holds its reservations. */
export const reservationBeatMs = 60_000;
/** A window that was silent for this long is not merely being reloaded. */
export const windowGoneMs = 3 * 60_000;

const personProvider = 'human';
const editorHarness = 'vscode';

/** A person at a window of an editor. */
export interface PersonWindow {
  /** The window, the same after a reload. */
  readonly clientInstanceId: string;
  /** The person, `human:<name>`. */
  readonly actorKey: string;
}

/** The process that a window records, with all evidence there is. */
export type WindowProcess = Pick<AgentEntry, 'pid' | 'bootId' | 'processStart' | 'pidNamespace'>;

export function personActorKey(name: string): string {
  return `human:${name}`;
}

/** The entry with which a person takes a thread. */
export function newPersonReservation(
  fields: Pick<NewAgentEntry, 'sessionId' | 'thread' | 'baseState' | 'path' | 'attachReason'>,
  who: { readonly window: PersonWindow; readonly process: WindowProcess; readonly nowMs: number },
): AgentEntry {
  const now = formatTimestamp(who.nowMs);
  return newAgentEntry({
    ...fields,
    ...who.process,
    startedAt: now,
    heartbeatAt: now,
    provider: personProvider,
    harness: editorHarness,
    clientInstanceId: who.window.clientInstanceId,
    nativeActorKey: who.window.actorKey,
  });
}

/** True for an active reservation that was made in this window. */
export function isHeldByWindow(entry: AgentEntry, clientInstanceId: string): boolean {
  return isActiveOfPerson(entry) && entry.clientInstanceId === clientInstanceId;
}

/**
 * True for an active reservation of the same person on the same machine whose window is another one
 * and has been silent for too long.
 */
export function isLeftBehind(
  entry: AgentEntry,
  {
    window,
    host,
    nowMs,
  }: { readonly window: PersonWindow; readonly host: HostIdentity; readonly nowMs: number },
): boolean {
  return (
    isActiveOfPerson(entry) &&
    entry.harness === editorHarness &&
    entry.nativeActorKey === window.actorKey &&
    entry.clientInstanceId !== undefined &&
    entry.clientInstanceId !== window.clientInstanceId &&
    entry.bootId === host.bootId &&
    entry.pidNamespace === host.pidNamespace &&
    isSilent(entry, nowMs)
  );
}

/** True when its window last gave a sign of life too long ago for a reload. */
export function isSilent(entry: AgentEntry, nowMs: number): boolean {
  const lastMs = timestampMs(entry.heartbeatAt) ?? timestampMs(entry.startedAt);
  return lastMs === undefined || nowMs - lastMs >= windowGoneMs;
}

/** The entry with the process of the window as it is now, and a fresh sign of life. */
export function adopted(entry: AgentEntry, process: WindowProcess, nowMs: number): AgentEntry {
  return { ...entry, ...process, heartbeatAt: formatTimestamp(nowMs) };
}

/** The entry with a fresh sign of life. */
export function beaten(entry: AgentEntry, nowMs: number): AgentEntry {
  return { ...entry, heartbeatAt: formatTimestamp(nowMs) };
}

function isActiveOfPerson(entry: AgentEntry): boolean {
  return entry.status === 'active' && entry.provider === personProvider;
}
