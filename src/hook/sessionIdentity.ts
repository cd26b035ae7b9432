import type { HarnessEvent } from '../core/harness/harnessEvent.ts';
import { newAgentEntry, ownThread, type AgentEntry } from '../core/agents/agentEntry.ts';
import type { AgentView } from '../core/agents/agentIndex.ts';
import { withStatus } from '../core/agents/entryStatus.ts';
import { knownEntry } from '../core/agents/knownEntry.ts';
import { isSessionId } from '../core/agents/sessionId.ts';
import { formatTimestamp } from '../core/agents/timestamp.ts';
import type { SessionHeader } from '../core/harness/sessionLine.ts';
import type { HolderProcess } from '../core/locks/lockHolder.ts';
import { nearestAgent } from '../harnesses/agentAncestor.ts';
import type { Harness } from '../harnesses/harness.ts';
import { currentBaseState } from '../node/baseState.ts';
import type { OpenRegistry } from '../node/openRegistry.ts';
import { ancestorsOf } from '../node/processes/processAncestors.ts';
import { recordProcess } from '../node/recordedProcess.ts';
import { sessionVariable } from './sessionVariable.ts';

export interface IdentityPorts {
  readonly harness: Harness;
  readonly registry: OpenRegistry;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly nowMs: number;
}

/**
 * Who a session is in the registry: the entry that its record or its environment names, else the active
 * one with its key, else a new one. It is brought up to date with the process of the agent.
 */
export async function identifySession(
  event: HarnessEvent & { readonly sessionKey: string },
  known: SessionHeader | undefined,
  ports: IdentityPorts,
): Promise<SessionHeader> {
  const { registry, harness, nowMs, env } = ports;
  const key = harness.sessionActorKey(event.sessionKey);
  const agent = await agentProcess(ports);
  const entries = await registry.store.refresh();
  const recorded = entryIn(entries, known?.entryId);
  const named = entryIn(entries, env[sessionVariable]);
  const isNamed = named !== undefined && isSame(named, { key, agent, harness });
  const own = isNamed ? named : isRecorded(recorded, { key, agent }) ? recorded : undefined;
  // A session that runs in the environment of another one was started by it.
  const parentKey =
    event.parentSessionKey === undefined
      ? isNamed
        ? undefined
        : named?.nativeActorKey
      : harness.sessionActorKey(event.parentSessionKey);
  const fields = {
    ...entryFields(event, { ...ports, key, agent }),
    ...(parentKey !== undefined && parentKey !== key && { nativeParentActorKey: parentKey }),
  };
  const entry =
    (own && (await takeUp(own.sessionId, fields, ports))) ??
    (await findOrCreate({ key, fields, event }, ports));
  if (agent === undefined) await forgetGoneProcess(entry, ports);
  const model = event.model ?? known?.model;
  return {
    kind: 'session',
    atMs: nowMs,
    harness: event.harness,
    sessionKey: event.sessionKey,
    entryId: entry.sessionId,
    cwd: event.cwd,
    ...(agent && { process: agent }),
    ...(event.transcriptPath !== undefined && { transcriptPath: event.transcriptPath }),
    ...(model !== undefined && { model }),
  };
}

function entryIn(entries: AgentView, sessionId: string | undefined): AgentEntry | undefined {
  if (sessionId === undefined || !isSessionId(sessionId)) return undefined;
  return knownEntry(entries, sessionId);
}

/**
 * The entry that the record of the session names. After the agent began a new session in its process it
 * may have the key of that one.
 */
function isRecorded(
  entry: AgentEntry | undefined,
  { key, agent }: { readonly key: string; readonly agent: HolderProcess | undefined },
): entry is AgentEntry {
  if (entry === undefined || isPersons(entry)) return false;
  if (entry.nativeActorKey === key || entry.nativeActorKey === undefined) return true;
  return entry.status === 'active' && isOfProcess(entry, agent);
}

/** Where the process of the agent cannot be told, one that is gone is certainly not it. */
async function forgetGoneProcess(entry: AgentEntry, { registry }: IdentityPorts): Promise<void> {
  if (entry.pid === undefined) return;
  if ((await registry.registry.livenessFor(entry)).liveness !== 'dead') return;
  await registry.registry.updateEntry(entry.sessionId, (current) => ({
    ...current,
    pid: undefined,
    bootId: undefined,
    processStart: undefined,
    pidNamespace: undefined,
  }));
}

/** An entry that may have ended is active again. Undefined when it was removed meanwhile. */
function takeUp(
  sessionId: string,
  fields: Partial<AgentEntry>,
  { registry, nowMs }: IdentityPorts,
): Promise<AgentEntry | undefined> {
  return registry.registry.updateEntry(sessionId, (current) => ({
    ...withStatus(current, 'active', nowMs),
    ...fields,
  }));
}

async function findOrCreate(
  {
    key,
    fields,
    event,
  }: { readonly key: string; readonly fields: Partial<AgentEntry>; readonly event: HarnessEvent },
  { registry, nowMs }: IdentityPorts,
): Promise<AgentEntry> {
  const { entry } = await registry.registry.findOrCreateActiveEntry({
    key: { name: 'nativeActorKey', value: key },
    matches: (each) => each.nativeActorKey === key,
    update: (each) => ({ ...each, ...fields }),
    build: (sessionId) =>
      newAgentEntry({
        ...fields,
        sessionId,
        thread: ownThread(sessionId),
        baseState: currentBaseState(registry.location.heddleFolder, event.cwd),
        startedAt: formatTimestamp(nowMs),
      }),
  });
  return entry;
}

/**
 * An entry that was made for this agent before its session was known, or that follows its process: an
 * agent that begins a new session, such as after `/clear`, stays the one that it was.
 */
function isSame(
  entry: AgentEntry,
  {
    key,
    agent,
    harness,
  }: {
    readonly key: string;
    readonly agent: HolderProcess | undefined;
    readonly harness: Harness;
  },
): boolean {
  if (isPersons(entry)) return false;
  if (entry.nativeActorKey === key || isOfProcess(entry, agent)) return true;
  if (entry.nativeActorKey !== undefined || entry.status !== 'active') return false;
  return entry.harness === undefined || entry.harness === harness.registryName;
}

function isOfProcess(entry: AgentEntry, agent: HolderProcess | undefined): boolean {
  return (
    agent?.pid !== undefined && entry.pid === agent.pid && entry.processStart === agent.processStart
  );
}

function isPersons({ provider, nativeActorKey }: AgentEntry): boolean {
  return provider === 'human' || nativeActorKey?.startsWith('human:') === true;
}

function entryFields(
  event: HarnessEvent,
  {
    harness,
    key,
    agent,
    nowMs,
  }: Pick<IdentityPorts, 'harness' | 'nowMs'> & {
    readonly key: string;
    readonly agent: HolderProcess | undefined;
  },
): Partial<AgentEntry> {
  const { model, provider, transcriptPath } = event;
  const process = agent && {
    pid: agent.pid,
    bootId: agent.bootId,
    processStart: agent.processStart,
    pidNamespace: agent.pidNamespace,
  };
  return {
    harness: harness.registryName,
    nativeActorKey: key,
    path: event.cwd,
    heartbeatAt: formatTimestamp(nowMs),
    probeSource: 'hook_payload',
    probeConfidence: 0.96,
    ...process,
    ...(model !== undefined && { model }),
    ...(provider !== undefined && { provider }),
    ...(transcriptPath !== undefined && {
      nativeInstanceKey: `${harness.registryName}:transcript:${transcriptPath}`,
    }),
  };
}

/** The child of a session, which lives in the session's process. */
export async function identifyChild(
  event: HarnessEvent & { readonly sessionKey: string; readonly childKey: string },
  { parent, known }: { readonly parent: SessionHeader; readonly known: string | undefined },
  ports: IdentityPorts,
): Promise<string> {
  const { harness, registry } = ports;
  const key = harness.childActorKey(event.sessionKey, event.childKey);
  const agent = parent.process;
  const entries = await registry.store.refresh();
  const parentKey = entryIn(entries, parent.entryId)?.nativeActorKey;
  const fields = {
    ...entryFields(event, { harness, key, agent, nowMs: ports.nowMs }),
    nativeParentActorKey: parentKey ?? harness.sessionActorKey(event.sessionKey),
  };
  const before = entryIn(entries, known);
  const own = before?.nativeActorKey === key ? before : undefined;
  const entry =
    (own && (await takeUp(own.sessionId, fields, ports))) ??
    (await findOrCreate({ key, fields, event }, ports));
  return entry.sessionId;
}

async function agentProcess({
  harness,
  registry,
  nowMs,
}: IdentityPorts): Promise<HolderProcess | undefined> {
  const found = nearestAgent(await ancestorsOf(process.pid), [harness]);
  if (found === undefined) return undefined;
  const recorded = await recordProcess(registry.probe, found.process.pid);
  return { ...recorded, startedAt: formatTimestamp(nowMs) };
}
