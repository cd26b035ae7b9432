import assert from 'node:assert/strict';
import { silentLogger } from '../../src/base/logger.ts';
import { parseAgentIdentity, type AgentIdentity } from '../../src/core/identities/agentIdentity.ts';
import type {
  ContinuityFailure,
  ContinuityRecord,
  SessionSnapshot,
} from '../../src/core/identities/continuityRecord.ts';
import type { DurableAgentSpec } from '../../src/core/identities/durableAgentSpec.ts';
import {
  isIdentityError,
  type IdentityProblem,
  type IdentityProblemCode,
} from '../../src/core/identities/identityError.ts';
import type { IdentityObserver } from '../../src/core/identities/identityObserver.ts';
import { IdentityRuntime } from '../../src/core/identities/identityRuntime.ts';
import type { IdentityRuntimeConfig } from '../../src/core/identities/identityRuntimeConfig.ts';
import type { LeaseGrant } from '../../src/core/identities/leaseProvider.ts';
import type { RestoreOutcome } from '../../src/core/identities/restoreOutcome.ts';
import { IdentityClock } from './identityClock.ts';
import { MemoryBridge } from './identityMemoryBridge.ts';
import { MemoryLeaseProvider } from './identityMemoryLeases.ts';
import { MemoryContinuityStore } from './identityMemoryStore.ts';

/** A store, a lease provider and a clock, and runtimes that share them. */
export class IdentityWorld {
  readonly clock = new IdentityClock();
  readonly store = new MemoryContinuityStore();
  readonly leases = new MemoryLeaseProvider(this.clock.monotonicNow);
  readonly bridge = new MemoryBridge();
  readonly warnings: string[] = [];
  private randomCount = 0;

  /** One with the bridge of the world; one without is made with `bridge: undefined`. */
  runtime(options: Partial<IdentityRuntimeConfig> = {}): IdentityRuntime {
    const note = (message: unknown): void => void this.warnings.push(String(message));
    return new IdentityRuntime({
      store: this.store,
      leases: this.leases,
      instance: 'window-1',
      hasRuntimeStore: false,
      durability: { kind: 'sync_write_through' },
      bridge: this.bridge,
      clock: this.clock,
      monotonicNow: this.clock.monotonicNow,
      random: (count) => {
        this.randomCount += 1;
        return new Uint8Array(count).fill(this.randomCount % 256);
      },
      logger: { ...silentLogger, warn: note, error: note },
      ...options,
    });
  }

  /** A lease as the provider grants it. */
  async grant(identity: AgentIdentity, instance = 'window-1'): Promise<LeaseGrant> {
    const result = (await this.leases.acquire([identity], instance)).get(identity);
    assert.equal(result?.result, 'acquired');
    return result.grant;
  }

  /** A record that the store has under a token that every grant beats. */
  async keep(record: ContinuityRecord, snapshot?: SessionSnapshot): Promise<ContinuityRecord> {
    const { identity, sessionId, generation, checkpointVersion } = record;
    if (snapshot === undefined) return this.store.upsertRecord(record, 0);
    const version = Math.max(1, checkpointVersion);
    await this.store.upsertRecord({ ...record, checkpointVersion: version - 1 }, 0);
    await this.store.saveSnapshot({
      identity,
      sessionId,
      generation,
      version,
      token: 0,
      snapshot,
    });
    return { ...record, checkpointVersion: version };
  }

  /** A runtime in which these are active, each created by it. */
  async started(...specs: readonly DurableAgentSpec[]): Promise<IdentityRuntime> {
    const runtime = this.runtime();
    await runtime.restoreFlow(specs);
    return runtime;
  }
}

export const alpha = parseAgentIdentity('alpha');
export const beta = parseAgentIdentity('beta');
export const gamma = parseAgentIdentity('gamma');

export function aSpec(
  identity: AgentIdentity,
  options: Partial<DurableAgentSpec> = {},
): DurableAgentSpec {
  return {
    identity,
    profile: 'claude',
    addressability: 'addressable',
    labels: {},
    additionalInstructions: [],
    peers: [],
    ...options,
  };
}

export function aRecord(
  identity: AgentIdentity,
  options: Partial<ContinuityRecord> = {},
): ContinuityRecord {
  const runtimeId = `rt:${identity}:0` as ContinuityRecord['runtimeId'];
  const sessionId = `session-of-${identity}`;
  return { identity, runtimeId, sessionId, generation: 0, checkpointVersion: 0, ...options };
}

export function aFailure(
  identity: AgentIdentity,
  options: Partial<ContinuityFailure> = {},
): ContinuityFailure {
  return { identity, kind: 'snapshot_corrupted', detail: 'Its bytes are wrong.', ...options };
}

export function bytes(...values: readonly number[]): SessionSnapshot {
  return { data: Uint8Array.from(values) };
}

/** Something that a test lets go on when it wants. */
export class Gate {
  open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}

/** Asserts that work fails with this code, and returns the problem. */
export async function rejectsIdentity<C extends IdentityProblemCode>(
  work: Promise<unknown>,
  code: C,
): Promise<Extract<IdentityProblem, { code: C }>> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return expectProblem(error, code);
}

/** The same for what fails at once. */
export function throwsIdentity<C extends IdentityProblemCode>(
  work: () => unknown,
  code: C,
): Extract<IdentityProblem, { code: C }> {
  try {
    work();
  } catch (error) {
    return expectProblem(error, code);
  }
  return assert.fail(`does not fail with ${code}`);
}

/** All that an observer can tell now, in short. */
export function toldTo(observer: IdentityObserver): readonly string[] {
  const all: string[] = [];
  for (;;) {
    const next = observer.tryNext();
    if (next.kind === 'empty') return all;
    if (next.kind === 'closed') return [...all, 'closed'];
    all.push(next.kind === 'lagged' ? `lagged ${next.count}` : inShort(next.event));
  }
}

/** The outcome of an identity, of one kind. */
export function expectOutcome<K extends RestoreOutcome['outcome']>(
  outcomes: ReadonlyMap<AgentIdentity, RestoreOutcome>,
  identity: AgentIdentity,
  kind: K,
): Extract<RestoreOutcome, { outcome: K }> {
  const outcome = outcomes.get(identity);
  assert.equal(outcome?.outcome, kind, JSON.stringify(outcome));
  return outcome as Extract<RestoreOutcome, { outcome: K }>;
}

type ToldEvent = Parameters<IdentityObserver['push']>[0];

function inShort(event: ToldEvent): string {
  switch (event.kind) {
    case 'state_changed':
      return event.state;
    case 'lease_updated':
    case 'delivered':
      return `${event.kind} ${event.token}`;
    case 'checkpoint_completed':
      return `${event.kind} ${event.version}`;
    case 'resume_fallback':
      return `${event.kind} ${event.reason}`;
    case 'lease_lost':
    case 'deleted':
      return event.kind;
  }
}

function expectProblem<C extends IdentityProblemCode>(
  error: unknown,
  code: C,
): Extract<IdentityProblem, { code: C }> {
  assert.ok(isIdentityError(error, code), `fails with ${code}, not ${String(error)}`);
  return error.problem as Extract<IdentityProblem, { code: C }>;
}
