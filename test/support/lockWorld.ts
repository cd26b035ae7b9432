import assert from 'node:assert/strict';
import type { LockConfig } from '../../src/core/locks/lockConfig.ts';
import type { FileLocks, StandingLock } from '../../src/core/locks/fileLocks.ts';
import { isRegistryError } from '../../src/core/agents/registryError.ts';
import { covers, overlaps } from '../../src/core/locks/pathOverlap.ts';
import { pids, type LockStep as Step } from './lockSteps.ts';
import {
  areCompatible,
  assertExclusive,
  nameOf,
  pidOf,
  recorded,
  ref,
  tokens,
} from './lockCast.ts';
import { assertRoundTrip } from './lockRoundTrip.ts';
import { LockFixture, named, type LockStoreKind } from './lockFixture.ts';

const dayMs = 24 * 60 * 60_000;

interface Place {
  readonly who: string;
  readonly ticket: number;
  readonly paths: readonly string[];
  readonly mode: 'exclusive' | 'shared';
}

/**
 * Six holders, three processes and one repository: `a` and `b` are names, `c` spawned `d`, `e` is an
 * agent of its own and `f` a window. What must hold at every moment is checked after each step.
 */
export class LockWorld {
  readonly fixture: LockFixture;
  private readonly processes: readonly FileLocks[];
  private highest = 0;
  private readonly known = new Set<number>();
  /** Tokens that were seen to stand no more. */
  private readonly over = new Set<number>();

  constructor(kind: LockStoreKind, config: Partial<LockConfig> = {}) {
    this.fixture = new LockFixture(kind);
    this.fixture.config = { ...this.fixture.config, ...config };
    this.processes = [0, 1, 2].map(() => this.fixture.open());
    this.fixture.agent('agent-c', { pid: 101, nativeActorKey: 'c' });
    this.fixture.agent('agent-d', { pid: 102, nativeParentActorKey: 'c' });
    this.fixture.agent('agent-e', { pid: 103 });
    for (const pid of pids) this.fixture.probe.run(pid);
  }

  async play(index: number, step: Step): Promise<void> {
    const locks = this.processes[index] ?? this.fixture.open();
    try {
      await this.apply(locks, step);
    } catch (error) {
      // A dead agent can hold nothing, and a clock beyond all bounds is none.
      if (!isRegistryError(error, 'not-active')) throw error;
    }
    await this.assertSound(locks);
  }

  /** When everybody is gone and time has passed, the whole repository is free. */
  async end(): Promise<void> {
    await assertRoundTrip(this.fixture);
    for (const pid of pids) this.fixture.probe.end(pid);
    const { clock } = this.fixture;
    const last = this.fixture.open();
    // The first look makes times that lie ahead count from now.
    await last.lock(named('last'), { paths: ['.'], ttlMs: 1 });
    clock.advance(dayMs);
    const outcome = await last.lock(named('last'), { paths: ['.'] });
    assert.equal(outcome.kind, 'granted', 'nothing is held or waited for for ever');
    const snapshot = await last.export();
    assert.deepEqual(snapshot, await this.fixture.open().export(), 'everybody reads the same');
  }

  dispose(): void {
    this.fixture.dispose();
  }

  private async apply(locks: FileLocks, step: Step): Promise<void> {
    const { clock, probe } = this.fixture;
    switch (step.kind) {
      case 'lock': {
        await this.lock(locks, step.who, { paths: step.paths, mode: step.mode, ttlMs: step.ttlMs });
        return;
      }
      case 'wait':
        await this.wait(locks, step);
        return;
      case 'turn':
        await this.takeTurn(locks, step.place);
        return;
      case 'release': {
        const before = await locks.list();
        const ended = await locks.release(ref(step.who), step.paths);
        const gone = new Set(ended.map(({ lock }) => lock.token));
        const after = await locks.list();
        assert.ok(after.every(({ lock }) => !gone.has(lock.token)));
        assert.ok(before.length >= after.length);
        return;
      }
      case 'heartbeat':
        await locks.heartbeat(ref(step.who));
        return;
      case 'edit':
        await locks.noteEdit(ref(step.who));
        return;
      case 'unregister':
        await locks.unregister(ref(step.who));
        return;
      case 'closeTurn':
        await locks.setTurn(ref(step.who), 'closed');
        return;
      case 'leave': {
        const place = (await this.queue()).find(({ who: name }) => name === step.who);
        if (place) await locks.leaveQueue(ref(step.who), place.ticket);
        return;
      }
      case 'kill':
        probe.end(pidOf(step.who));
        return;
      case 'revive':
        // Only in a test does a process come back to life.
        this.over.clear();
        probe.run(pidOf(step.who));
        return;
      case 'break': {
        await locks.break({
          path: step.path,
          by: ref(step.who),
          byName: step.who,
          reason: 'because',
        });
        const left = await locks.holdersOf(step.path);
        const own = await this.holderId(step.who);
        assert.ok(left.every(({ holder }) => holder.id === own));
        return;
      }
      case 'reap':
        await locks.reap();
        assert.deepEqual(await locks.reap(), [], 'a second time there is nothing to reap');
        return;
      case 'advance':
        clock.advance(step.ms);
        return;
      case 'setBack':
        this.over.clear();
        clock.jumpTo(clock.now() - step.ms);
        return;
    }
  }

  private async lock(
    locks: FileLocks,
    name: string,
    wish: Parameters<FileLocks['lock']>[1],
  ): Promise<boolean> {
    const before = await locks.list();
    const [first] = await this.queue();
    const isServed = first && (await locks.isFree(ref(first.who), first));
    const outcome = await locks.lock(ref(name), wish);
    if (outcome.kind === 'held') {
      assert.deepEqual(tokens(await locks.list()), tokens(before), 'a refusal takes nothing');
      return false;
    }
    // Who was spawned by the first may work in what the first has in hand.
    const isOfFirst = first?.who === name || (first?.who === 'c' && name === 'd');
    if (isServed === true && !isOfFirst) {
      assert.ok(await locks.isFree(ref(first.who), first), 'nobody takes it before the first');
    }
    for (const { path, lock } of outcome.grants) {
      assert.ok(lock.mode === 'exclusive' || wish.mode === 'shared', 'as strong as was asked');
      if (!this.known.has(lock.token)) {
        assert.ok(lock.token > this.highest, 'tokens only rise');
        this.highest = lock.token;
        this.known.add(lock.token);
      }
      const check = await this.fixture.open().check(ref(name), path, lock.token);
      assert.equal(check.kind, 'stands', `${path} stands, once it is granted to ${name}`);
    }
    return true;
  }

  private async wait(locks: FileLocks, step: Step & { readonly kind: 'wait' }): Promise<void> {
    const { who: name, pid, paths: wanted, mode: how, limitMs } = step;
    const process = pid === undefined ? undefined : { ...recorded, pid };
    const wish = { paths: wanted, mode: how, limitMs, process };
    const outcome = await locks.lockOrQueue(ref(name), wish);
    if (outcome.kind === 'granted') {
      for (const { lock } of outcome.grants) {
        this.highest = Math.max(this.highest, lock.token);
        this.known.add(lock.token);
      }
    } else if (outcome.kind === 'queued') {
      assert.ok(outcome.ticket > this.highest, 'so do places in the queue');
      this.highest = outcome.ticket;
    }
  }

  private async takeTurn(locks: FileLocks, index: number): Promise<void> {
    const place = (await this.queue())[index];
    if (place === undefined) return;
    const { who: name, ticket, paths: wanted, mode: how } = place;
    await this.lock(locks, name, { paths: wanted, mode: how, ticket });
  }

  private async assertSound(locks: FileLocks): Promise<void> {
    const held = await locks.list();
    assertExclusive(held);
    this.assertOverForGood(held);
    assert.deepEqual(
      tokens(held),
      tokens(await this.fixture.open().list()),
      'all processes see the same',
    );
    await this.assertFirstIsServed(locks, held);
  }

  private assertOverForGood(held: readonly StandingLock[]): void {
    const standing = new Set(tokens(held));
    for (const token of standing) assert.ok(!this.over.has(token), 'what was over stands again');
    for (const token of this.known) if (!standing.has(token)) this.over.add(token);
  }

  /** Whoever has waited longest gets what nobody holds. */
  private async assertFirstIsServed(
    locks: FileLocks,
    held: readonly StandingLock[],
  ): Promise<void> {
    const [first] = await this.queue();
    if (first === undefined) return;
    const own = await this.holderId(first.who);
    const isInTheWay = ({ holder, lock }: StandingLock): boolean =>
      holder.id !== own &&
      !areCompatible(lock.mode, first.mode) &&
      first.paths.some(
        (path) =>
          overlaps(lock.path, path) &&
          !(first.who === 'd' && nameOf(holder) === 'c' && covers(lock.path, path)),
      );
    const isFree = await locks.isFree(ref(first.who), first);
    assert.equal(isFree, !held.some(isInTheWay), 'a released path is free at once to the first');
  }

  /** Those who still wait, by the rules as they are told. */
  private async queue(): Promise<readonly Place[]> {
    const { view } = await this.fixture.openStore().refresh();
    const nowMs = this.fixture.clock.now();
    const alive = await this.fixture.probe.probe(pids);
    const isGone = (pid: number | undefined): boolean =>
      pid !== undefined && alive.get(pid)?.kind !== 'running';
    return [...view.waiters()]
      .flatMap((holder) =>
        holder.waits
          .filter(({ untilMs, process }) => untilMs > nowMs && !isGone(process?.pid))
          .filter(() => holder.identity.kind !== 'session' || !isGone(pidOf(nameOf(holder))))
          .map((wait) => ({ ...wait, who: nameOf(holder) })),
      )
      .sort((x, y) => x.ticket - y.ticket);
  }

  private async holderId(name: string): Promise<number | undefined> {
    const { view } = await this.fixture.openStore().refresh();
    return [...view.holders()].find((holder) => nameOf(holder) === name)?.id;
  }
}
