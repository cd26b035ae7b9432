import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  parseAgentIdentity,
  runtimeIdOf,
  type AgentIdentity,
} from '../../../../src/core/identities/agentIdentity.ts';
import type { ContinuityRecord } from '../../../../src/core/identities/continuityRecord.ts';
import {
  ContinuityStoreError,
  type ContinuityStoreProblem,
  type SnapshotToSave,
} from '../../../../src/core/identities/continuityStore.ts';
import type {
  LeaseAcquireResult,
  LeaseGrant,
} from '../../../../src/core/identities/leaseProvider.ts';
import { heddleRootAt } from '../../../../src/node/heddleRoot.ts';
import {
  openContinuity,
  type OpenContinuity,
  type OpenContinuityOptions,
} from '../../../../src/node/identities/openContinuity.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { FakeProbe } from '../../../support/fakeProbe.ts';
import { makeTempFolder, removeTempFolder } from '../../../support/tempFolder.ts';

/** A root without git, with a home of its own, on a clock and a machine that a test moves. */
export class ContinuityWorld {
  readonly top = makeTempFolder();
  readonly root = join(this.top, 'repository');
  readonly home = join(this.top, 'home');
  readonly clock = new FakeClock();
  readonly probe = new FakeProbe();

  constructor() {
    mkdirSync(this.root);
    this.probe.run(process.pid, { start: 'linux-ticks:1' });
  }

  get continuity(): string {
    return join(this.root, '.heddle', 'continuity');
  }

  /** As another process would open it: nothing is remembered. */
  open(options: OpenContinuityOptions = {}): OpenContinuity {
    const { clock, probe, home } = this;
    return openContinuity(heddleRootAt(this.root), { clock, probe, home, ...options });
  }

  dispose(): void {
    removeTempFolder(this.top);
  }
}

export function named(name: string): AgentIdentity {
  return parseAgentIdentity(name);
}

export const reviewer = named('reviewer');
export const docs = named('docs');

export function recordOf(
  identity: AgentIdentity,
  more: Partial<ContinuityRecord> = {},
): ContinuityRecord {
  const generation = more.generation ?? 0;
  return {
    identity,
    runtimeId: runtimeIdOf(identity, generation),
    sessionId: 'conversation-1',
    generation,
    checkpointVersion: 0,
    ...more,
  };
}

export function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}

export function save(more: Partial<SnapshotToSave> = {}): SnapshotToSave {
  return {
    identity: reviewer,
    sessionId: 'conversation-1',
    generation: 0,
    version: 1,
    token: 1,
    snapshot: { data: bytes('one') },
    ...more,
  };
}

/** Asserts that a store refuses, and returns why. */
export async function refused<C extends ContinuityStoreProblem['code']>(
  work: Promise<unknown>,
  code: C,
): Promise<Extract<ContinuityStoreProblem, { readonly code: C }>> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ContinuityStoreError, `refuses with ${code}, not ${String(error)}`);
  assert.equal(error.problem.code, code, error.message);
  return error.problem as Extract<ContinuityStoreProblem, { readonly code: C }>;
}

export function granted(
  results: ReadonlyMap<AgentIdentity, LeaseAcquireResult>,
  identity: AgentIdentity = reviewer,
): LeaseGrant {
  const result = results.get(identity);
  assert.equal(result?.result, 'acquired', JSON.stringify(result));
  return result.grant;
}
