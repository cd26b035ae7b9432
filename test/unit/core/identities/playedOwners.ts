import assert from 'node:assert/strict';
import fc from 'fast-check';
import { silentLogger } from '../../../../src/base/logger.ts';
import type { AgentIdentity } from '../../../../src/core/identities/agentIdentity.ts';
import type { DurabilityPolicy } from '../../../../src/core/identities/durabilityPolicy.ts';
import { isIdentityError } from '../../../../src/core/identities/identityError.ts';
import { IdentityRuntime } from '../../../../src/core/identities/identityRuntime.ts';
import { settle } from '../../../support/eventually.ts';
import { IdentityClock } from '../../../support/identityClock.ts';
import { MemoryLeaseProvider } from '../../../support/identityMemoryLeases.ts';
import { MemoryContinuityStore } from '../../../support/identityMemoryStore.ts';
import { alpha, aSpec, beta, bytes } from '../../../support/identityWorld.ts';
import { PlayedProcess, type PlayedPort } from './playedProcess.ts';
import { WriteWitness } from './writeWitness.ts';

const identities = [alpha, beta] as const;
const specs = identities.map((identity) => aSpec(identity));
const ops = [
  'restore',
  'register',
  'materialize',
  'send',
  'checkpoint',
  'respawn',
  'reset',
  'retire',
  'release',
  'delete',
  'lose',
] as const;
const ports: readonly PlayedPort[] = ['store', 'leases', 'bridge'];

/** What may happen next. */
export type OwnerStep =
  | {
      readonly kind: 'act';
      readonly owner: number;
      readonly op: (typeof ops)[number];
      readonly identity: number;
      /** Whether the next step waits for it. */
      readonly isAwaited: boolean;
    }
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'jump'; readonly ms: number }
  /** As by SIGSTOP, in the middle of a call to a port. */
  | { readonly kind: 'pause'; readonly owner: number; readonly calls: number }
  | { readonly kind: 'continue'; readonly owner: number }
  /** Stopped in the middle of something until its leases are over, while the other goes to work. */
  | {
      readonly kind: 'stall';
      readonly owner: number;
      readonly calls: number;
      readonly op: (typeof ops)[number];
      readonly others: readonly (typeof ops)[number][];
      readonly identity: number;
    }
  /** A new process takes its place; whether others see that it died decides how soon its leases are free. */
  | { readonly kind: 'crash'; readonly owner: number; readonly isSeen: boolean }
  | { readonly kind: 'fail'; readonly owner: number; readonly port: PlayedPort };

const owner = fc.nat(1);
const stall = fc.record({
  kind: fc.constant('stall' as const),
  owner,
  calls: fc.integer({ min: 1, max: 14 }),
  op: fc.constantFrom(...ops),
  others: fc.array(fc.constantFrom(...ops), { maxLength: 3 }),
  identity: fc.nat(identities.length - 1),
});
const act = fc.record({
  kind: fc.constant('act' as const),
  owner,
  op: fc.constantFrom(...ops),
  identity: fc.nat(identities.length - 1),
  isAwaited: fc.boolean(),
});

export const ownerStep: fc.Arbitrary<OwnerStep> = fc.oneof(
  { weight: 10, arbitrary: act },
  { weight: 4, arbitrary: stall },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.nat(50_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('jump' as const),
      ms: fc.integer({ min: -1e9, max: 1e9 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('pause' as const),
      owner,
      calls: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('continue' as const), owner }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('crash' as const), owner, isSeen: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('fail' as const),
      owner,
      port: fc.constantFrom(...ports),
    }),
  },
);

interface Owner {
  readonly process: PlayedProcess;
  readonly runtime: IdentityRuntime;
}

const stepMs = 5_000;

/** Two owners of the same identities, with whatever happens to them, and what must hold all the time. */
export class PlayedOwners {
  private readonly clock = new IdentityClock();
  private readonly store = new MemoryContinuityStore();
  private readonly leases = new MemoryLeaseProvider(this.clock.monotonicNow);
  private readonly witness = new WriteWitness(this.store, this.leases);
  private readonly owners: [Owner, Owner];
  private startedCount = 0;

  constructor(private readonly durability: DurabilityPolicy) {
    this.owners = [this.start(), this.start()];
  }

  async play(step: OwnerStep): Promise<void> {
    await this.apply(step);
    this.witness.expectClean();
    this.expectOneEmbodiment();
  }

  /** Everything goes on, and comes to rest. */
  async end(): Promise<void> {
    for (const { process } of this.owners) process.heal();
    await this.pass(60_000);
    this.witness.expectClean();
    this.expectOneEmbodiment();
    for (const { runtime } of this.owners) await this.expectUsable(runtime);
    this.witness.expectClean();
  }

  private async apply(step: OwnerStep): Promise<void> {
    switch (step.kind) {
      case 'act':
        return this.act(step);
      case 'time':
        return this.pass(step.ms);
      case 'jump':
        return void this.clock.jumpTo(this.clock.now() + step.ms);
      case 'pause':
        return void this.at(step.owner).process.pauseAfter(step.calls);
      case 'continue':
        return this.goOn(this.at(step.owner));
      case 'crash':
        return void this.crash(step.owner, step.isSeen);
      case 'stall':
        return this.stall(step);
      case 'fail':
        return void this.at(step.owner).process.failNext(step.port);
    }
  }

  private async act(step: Extract<OwnerStep, { kind: 'act' }>): Promise<void> {
    const { process, runtime } = this.at(step.owner);
    if (process.isPaused) return;
    const identity = identities[step.identity] ?? alpha;
    const done = this.run(runtime, step.op, identity).catch((error: unknown) => {
      this.witness.note(isIdentityError(error) ? undefined : `throws ${String(error)}`);
    });
    if (!step.isAwaited) return;
    await settle();
    // Only what is stopped in the middle, or waits for the clock, is not done by now.
    void done;
  }

  private async stall(step: Extract<OwnerStep, { kind: 'stall' }>): Promise<void> {
    const { identity, op, others } = step;
    const stalled = this.at(step.owner);
    if (stalled.process.isPaused) return;
    stalled.process.pauseAfter(step.calls);
    await this.act({ kind: 'act', owner: step.owner, op, identity, isAwaited: true });
    await this.pass(31_000);
    for (const other of others) {
      await this.act({ kind: 'act', owner: 1 - step.owner, op: other, identity, isAwaited: true });
    }
    await this.goOn(stalled);
  }

  private async run(
    runtime: IdentityRuntime,
    op: (typeof ops)[number],
    identity: AgentIdentity,
  ): Promise<void> {
    switch (op) {
      case 'restore':
        return void (await runtime.restoreFlow(specs));
      case 'register':
        return void (await runtime.restoreFlow(specs, { embody: 'none' }));
      case 'materialize':
        return void (await runtime.materialize(identity));
      case 'send':
        return void (await runtime.sendText(identity, 'Hello'));
      case 'checkpoint':
        return void (await runtime.checkpoint(identity, bytes(1)));
      case 'respawn':
        return void (await runtime.respawn(identity));
      case 'reset':
        return void (await runtime.reset(identity));
      case 'retire':
        return void (await runtime.retire(identity));
      case 'release':
        return runtime.release(identity);
      case 'delete':
        return runtime.deleteIdentity(identity);
      case 'lose':
        if (runtime.contains(identity)) runtime.markLeaseLost(identity);
    }
  }

  /** Time passes in small steps; who is not stopped renews in each. */
  private async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(left, stepMs));
      await settle();
      await this.renewAll();
    }
  }

  private async renewAll(): Promise<void> {
    for (const { process, runtime } of this.owners) {
      if (!process.isPaused) void runtime.renewLeases();
    }
    await settle();
  }

  /** The first that a process does when it goes on is what its timer is late with. */
  private async goOn({ process, runtime }: Owner): Promise<void> {
    process.goOn();
    void runtime.renewLeases();
    await settle();
    await settle();
  }

  private crash(index: number, isSeen: boolean): void {
    const { process } = this.at(index);
    process.die();
    if (isSeen) this.leases.forgetInstance(process.instance);
    this.owners[index === 0 ? 0 : 1] = this.start();
  }

  /** No identity is embodied by two processes of which none is stopped. */
  private expectOneEmbodiment(): void {
    for (const identity of identities) {
      const embodying = this.owners.filter(
        ({ process }) => !process.isPaused && process.bridge.live.has(identity),
      );
      assert.ok(embodying.length <= 1, `${identity} is embodied twice`);
      for (const { runtime } of embodying) this.expectInLine(runtime, identity);
    }
  }

  /** What a process takes for the last version is not behind the store, unless something is under way. */
  private expectInLine(runtime: IdentityRuntime, identity: AgentIdentity): void {
    const record = this.store.recordOf(identity);
    const { state, sessionId, generation, checkpointVersion = 0 } = runtime.status(identity);
    if (this.durability.kind !== 'sync_write_through' || state !== 'active') return;
    if (record?.sessionId !== sessionId || record?.generation !== generation) return;
    if (record === undefined) return;
    const behind = record.checkpointVersion - checkpointVersion;
    assert.ok(behind <= 1, `${identity} is ${behind} checkpoints behind`);
  }

  /** Nothing is stuck: whoever can have an identity can work with it. */
  private async expectUsable(runtime: IdentityRuntime): Promise<void> {
    const { outcomes } = await runtime.restoreFlow(specs);
    for (const [identity, { outcome }] of outcomes) {
      if (outcome === 'held_elsewhere') continue;
      assert.ok(outcome === 'created' || outcome === 'resumed', `${identity} is ${outcome}`);
      await runtime.sendText(identity, 'Hello');
      await runtime.checkpoint(identity, bytes(2));
    }
  }

  private at(index: number): Owner {
    return index === 0 ? this.owners[0] : this.owners[1];
  }

  private start(): Owner {
    this.startedCount += 1;
    const instance = `process-${this.startedCount}`;
    const { store, leases, witness, clock } = this;
    const process = new PlayedProcess({ instance, store, leases, witness });
    let count = 0;
    const runtime = new IdentityRuntime({
      store: process.store,
      leases: process.leases,
      bridge: process.bridge,
      instance,
      hasRuntimeStore: true,
      durability: this.durability,
      clock,
      monotonicNow: clock.monotonicNow,
      random: (length) => {
        count += 1;
        return Uint8Array.from({ length }, (_, index) => (index === 0 ? this.startedCount : count));
      },
      logger: silentLogger,
    });
    return { process, runtime };
  }
}
