import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LeaseError, type LeaseGrant } from '../../../../src/core/identities/leaseProvider.ts';
import type { FileLeaseProvider } from '../../../../src/node/identities/fileLeaseProvider.ts';
import type { OpenContinuityOptions } from '../../../../src/node/identities/openContinuity.ts';
import { FakeProbe } from '../../../support/fakeProbe.ts';
import {
  ContinuityWorld,
  docs,
  granted,
  named,
  recordOf,
  refused,
  reviewer,
  save,
} from './continuityWorld.ts';

describe('FileLeaseProvider', () => {
  let world: ContinuityWorld;
  beforeEach(() => {
    world = new ContinuityWorld();
  });
  afterEach(() => world.dispose());

  const provider = (options: OpenContinuityOptions = {}): FileLeaseProvider =>
    world.open(options).leases;
  /** As a process that can be told to be running or gone. */
  const machine = (pid: number): FakeProbe => {
    const probe = new FakeProbe();
    probe.run(process.pid, { start: `linux-ticks:${pid}` });
    return probe;
  };
  const leasePath = (): string => join(world.continuity, 'reviewer', 'lease.json');
  const lease = (): Record<string, unknown> =>
    JSON.parse(readFileSync(leasePath(), 'utf8')) as Record<string, unknown>;
  const acquire = async (leases: FileLeaseProvider, instance: string): Promise<LeaseGrant> =>
    granted(await leases.acquire([reviewer], instance));
  const isHeld = async (leases: FileLeaseProvider, instance: string): Promise<boolean> =>
    (await leases.acquire([reviewer], instance)).get(reviewer)?.result === 'already_held';
  const renew = async (leases: FileLeaseProvider, grant: LeaseGrant): Promise<string | undefined> =>
    (await leases.renew([grant])).get(grant.identity)?.result;

  it('grants, renews, releases, and grants again under a higher token', async () => {
    const leases = provider();
    const results = await leases.acquire([reviewer, docs, reviewer], 'window-a');
    const grant = granted(results);
    assert.equal(results.size, 2);
    assert.ok(grant.token > 0 && granted(results, docs).token > 0);
    assert.equal(grant.ttlMs, 30_000);
    const renewal = await leases.renew([grant]);
    assert.deepEqual(renewal, new Map([[reviewer, { result: 'renewed', grant }]]));
    await leases.release([grant]);
    assert.equal(await renew(leases, grant), 'lost');
    assert.ok((await acquire(provider(), 'window-a')).token > grant.token);
    assert.equal(await renew(leases, granted(results, docs)), 'renewed');
  });

  it('tokens go on where the store is', async () => {
    const { store, leases } = world.open();
    await store.upsertRecord(recordOf(reviewer), 15);
    const { token } = await acquire(leases, 'window-a');
    assert.equal(token, 16);
    await store.upsertRecord(recordOf(reviewer), token);
    await refused(store.upsertRecord(recordOf(reviewer), 1), 'stale-fencing-token');
    await refused(store.upsertRecord(recordOf(reviewer), token - 1), 'stale-fencing-token');
  });

  it('says who holds what another has', async () => {
    const first = provider({ label: 'a window of Ada' });
    await acquire(first, 'window-a');
    const results = await provider().acquire([reviewer, docs], 'window-b');
    assert.deepEqual(results.get(reviewer), {
      result: 'already_held',
      identity: reviewer,
      holder: { instance: 'window-a', label: 'a window of Ada', pid: process.pid },
    });
    assert.equal(results.get(docs)?.result, 'acquired');
  });

  it('who acquires again fences its own former grant', async () => {
    const leases = provider();
    const former = await acquire(leases, 'window-a');
    const grant = await acquire(leases, 'window-a');
    assert.equal(grant.token, former.token + 1);
    assert.equal(await renew(leases, former), 'lost');
    assert.equal(await renew(leases, grant), 'renewed');
  });

  it('ignores the release of what is held under another token', async () => {
    const leases = provider();
    const grant = await acquire(leases, 'window-a');
    await leases.release([
      { ...grant, token: grant.token + 1 },
      { ...grant, identity: docs },
    ]);
    assert.equal(await renew(leases, grant), 'renewed');
  });

  it('a lease that nobody renews is free after its time, not before', async () => {
    const first = provider();
    const grant = await acquire(first, 'window-a');
    world.clock.advance(29_000);
    assert.equal(await renew(first, grant), 'renewed');
    world.clock.advance(30_000);
    assert.ok(await isHeld(provider(), 'window-b'));
    world.clock.advance(1);
    const next = await acquire(provider(), 'window-b');
    assert.ok(next.token > grant.token);
    assert.equal(await renew(first, grant), 'lost');
    await first.release([grant]);
    assert.ok(await isHeld(first, 'window-a'), 'a late release frees nothing');
  });

  it('only the leases that are renewed stay', async () => {
    const first = provider();
    const grants = await first.acquire([reviewer, docs], 'window-a');
    for (let i = 0; i < 4; i += 1) {
      world.clock.advance(10_000);
      assert.equal(await renew(first, granted(grants)), 'renewed');
    }
    const results = await provider().acquire([reviewer, docs], 'window-b');
    assert.equal(results.get(reviewer)?.result, 'already_held');
    assert.equal(results.get(docs)?.result, 'acquired');
  });

  it('a lease whose time passed is renewed as long as nobody took it', async () => {
    const first = provider();
    const grant = await acquire(first, 'window-a');
    world.clock.advance(3_600_000);
    assert.equal(await renew(first, grant), 'renewed');
    assert.ok(await isHeld(provider(), 'window-b'));
  });

  it('takes over at once when the process of the holder is gone', async () => {
    const dead = machine(77);
    const grant = await acquire(provider({ probe: dead }), 'window-a');
    assert.equal((await acquire(provider(), 'window-b')).token, grant.token + 1);
  });

  it('waits for the time of a holder of whom nothing can be told', async () => {
    const elsewhere = machine(77);
    elsewhere.identity = { bootId: 'other', pidNamespace: 'pid:[1]' };
    await acquire(provider({ probe: elsewhere }), 'window-a');
    assert.ok(await isHeld(provider(), 'window-b'));
    world.probe.failure = new Error('no answer');
    assert.ok(await isHeld(provider(), 'window-b'));
    world.clock.advance(30_001);
    assert.ok(!(await isHeld(provider(), 'window-b')));
  });

  it('fences the former owner when it is taken over, before the new one wrote anything', async () => {
    const first = world.open();
    const { token } = await acquire(first.leases, 'window-a');
    await first.store.upsertRecord(recordOf(reviewer), token);
    world.clock.advance(31_000);
    await acquire(provider(), 'window-b');
    const late = first.store.saveSnapshot(save({ token }));
    assert.equal((await refused(late, 'stale-fencing-token')).current, token + 1);
  });

  it('who acquires again writes with its old token until it writes with the new one', async () => {
    const { store, leases } = world.open();
    const { token: old } = await acquire(leases, 'window-a');
    await store.upsertRecord(recordOf(reviewer), old);
    const { token } = await acquire(leases, 'window-a');
    await store.saveSnapshot(save({ token: old }));
    await store.upsertRecord(recordOf(reviewer), token);
    await refused(store.saveSnapshot(save({ token: old, version: 2 })), 'stale-fencing-token');
  });

  describe('when clocks jump', () => {
    it('a lease from the future lasts for its time, counted from when that was found', async () => {
      await acquire(provider(), 'window-a');
      world.clock.jumpTo(world.clock.now() - 7 * 24 * 3_600_000);
      for (let waited = 0; waited < 30_000; waited += 10_000) {
        assert.ok(await isHeld(provider(), 'window-b'));
        world.clock.advance(10_000);
      }
      assert.ok(await isHeld(provider(), 'window-b'));
      world.clock.advance(1);
      assert.ok(!(await isHeld(provider(), 'window-b')));
    });

    it('an owner that lives keeps its lease when the clock is set back', async () => {
      const first = provider();
      const grant = await acquire(first, 'window-a');
      world.clock.jumpTo(world.clock.now() - 3_600_000);
      for (let i = 0; i < 8; i += 1) {
        assert.ok(await isHeld(provider(), 'window-b'));
        assert.equal(await renew(first, grant), 'renewed');
        world.clock.advance(10_000);
      }
    });

    it('a second jump back begins the wait anew, and it still ends', async () => {
      await acquire(provider(), 'window-a');
      for (let i = 0; i < 3; i += 1) {
        world.clock.jumpTo(world.clock.now() - 3_600_000);
        assert.ok(await isHeld(provider(), 'window-b'));
      }
      world.clock.advance(30_001);
      assert.ok(!(await isHeld(provider(), 'window-b')));
    });

    it('a time to live that a file claims is bounded', async () => {
      await acquire(provider(), 'window-a');
      writeFileSync(leasePath(), JSON.stringify({ ...lease(), ttl_ms: 2 ** 50 }));
      world.clock.advance(10 * 60_000 + 1);
      assert.ok(!(await isHeld(provider(), 'window-b')));
    });
  });

  describe('with files that somebody else changed', () => {
    const spoilt: Readonly<Record<string, () => void>> = {
      'an empty lease': () => writeFileSync(leasePath(), ''),
      'half a lease': () =>
        writeFileSync(leasePath(), readFileSync(leasePath(), 'utf8').slice(0, 30)),
      'a lease of another identity': () =>
        writeFileSync(leasePath(), JSON.stringify({ ...lease(), identity: 'docs' })),
      'a lease with a token that nothing could follow': () =>
        writeFileSync(leasePath(), JSON.stringify({ ...lease(), token: 2 ** 53 - 1 })),
      'a link': () => {
        rmSync(leasePath());
        symlinkSync('/etc/hostname', leasePath());
      },
    };
    for (const [title, spoil] of Object.entries(spoilt)) {
      it(`${title} gives the identity to nobody before the time of a lease is over`, async () => {
        const first = provider();
        const grant = await acquire(first, 'window-a');
        spoil();
        assert.ok(await isHeld(provider(), 'window-b'));
        world.clock.advance(30_000);
        assert.ok(await isHeld(provider(), 'window-b'));
        world.clock.advance(1);
        const next = await acquire(provider(), 'window-b');
        assert.equal(next.token, grant.token + 1);
        assert.equal(await renew(first, grant), 'lost');
      });

      it(`${title} does not take it from an owner that lives`, async () => {
        const first = provider();
        const grant = await acquire(first, 'window-a');
        spoil();
        assert.equal(await renew(first, grant), 'renewed');
        spoil();
        assert.ok(await isHeld(provider(), 'window-b'));
        assert.equal(await renew(first, grant), 'renewed');
        world.clock.advance(29_000);
        assert.ok(await isHeld(provider(), 'window-b'));
        assert.equal(lease().instance, 'window-a');
      });
    }

    it('something in the way of a lease is told, and hides no other identity', async () => {
      mkdirSync(leasePath(), { recursive: true });
      for (const instance of ['window-a', 'window-b']) {
        const results = await provider().acquire([reviewer, docs], instance);
        const result = results.get(reviewer);
        assert.ok(result?.result === 'already_held');
        assert.match(result.holder.label ?? '', /lease/);
        await provider().release([granted(results, docs)]);
      }
    });

    it('a renewal from the future or for another token counts for nothing', async () => {
      const first = provider();
      const grant = await acquire(first, 'window-a');
      await renew(first, grant);
      const owners = join(world.continuity, '.owners');
      const [name = ''] = readdirSync(owners);
      const file = join(owners, name);
      const nowMs = world.clock.now();
      for (const renewal of [[grant.token + 1, nowMs], [grant.token, 'soon'], 7]) {
        const leases = { reviewer: renewal };
        writeFileSync(file, JSON.stringify({ version: 1, instance: 'window-a', leases }));
        const seen = (await provider().seen([reviewer])).get(reviewer);
        assert.equal(seen?.renewedAtMs, nowMs);
      }
      world.clock.advance(30_001);
      assert.ok(!(await isHeld(provider(), 'window-b')));
    });

    it('the leases of a folder that was removed are lost, and tokens go on', async () => {
      const { leases } = world.open();
      const grant = await acquire(leases, 'window-a');
      rmSync(join(world.root, '.heddle'), { recursive: true });
      assert.equal(await renew(leases, grant), 'lost');
      assert.equal((await acquire(leases, 'window-a')).token, grant.token + 1);
    });

    it('a folder from an older time lowers no token', async () => {
      const { leases, store } = world.open();
      const grant = await acquire(leases, 'window-a');
      await store.upsertRecord(recordOf(reviewer), grant.token);
      const old = ['lease.json', 'record.json'].map((name) => {
        const path = join(world.continuity, 'reviewer', name);
        return [path, readFileSync(path)] as const;
      });
      const newer = await acquire(leases, 'window-a');
      await store.upsertRecord(recordOf(reviewer), newer.token);
      for (const [path, content] of old) writeFileSync(path, content);
      assert.equal(await renew(leases, grant), 'lost');
      await refused(store.saveSnapshot(save({ token: grant.token })), 'stale-fencing-token');
      assert.equal((await acquire(leases, 'window-a')).token, newer.token + 1);
    });
  });

  describe('the floors outside the checkout', () => {
    const floors = (name = 'json'): string => {
      const folder = join(world.home, '.heddle-agents', 'fences');
      const found = readdirSync(folder).find(
        (file) => /^[0-9a-f]{32}\.json$/.test(file) === (name === 'json') && file.endsWith(name),
      );
      assert.ok(found);
      return join(folder, found);
    };

    for (const name of ['json', 'copy.json']) {
      it(`either of the two files is enough without ${name}`, async () => {
        const { token } = await acquire(provider(), 'window-a');
        rmSync(join(world.root, '.heddle'), { recursive: true });
        writeFileSync(floors(name), '{');
        assert.equal((await acquire(provider(), 'window-a')).token, token + 1);
        rmSync(floors(name));
        rmSync(join(world.root, '.heddle'), { recursive: true });
        assert.equal((await acquire(provider(), 'window-a')).token, token + 2);
      });

      it(`a lower number in ${name} lowers nothing`, async () => {
        const { token } = await acquire(provider(), 'window-a');
        const lower = { version: 1, identities: { reviewer: { minted: 0, fence: 0 } } };
        writeFileSync(floors(name), JSON.stringify(lower));
        rmSync(join(world.root, '.heddle'), { recursive: true });
        assert.equal((await acquire(provider(), 'window-a')).token, token + 1);
      });
    }

    it('nothing is granted or written when neither can be believed', async () => {
      const { store, leases } = world.open();
      const grant = await acquire(leases, 'window-a');
      await store.upsertRecord(recordOf(reviewer), grant.token);
      const refuses = async (): Promise<void> => {
        await assert.rejects(leases.acquire([reviewer], 'window-a'), (error) => {
          assert.ok(error instanceof LeaseError);
          assert.match(error.message, /keeps the highest tokens.*cannot be read.*Restore it/);
          return true;
        });
        await assert.rejects(leases.renew([grant]), LeaseError);
        await refused(store.saveSnapshot(save({ token: grant.token })), 'io');
      };
      writeFileSync(floors(), '{');
      writeFileSync(floors('copy.json'), '{}');
      await refuses();
      rmSync(floors());
      await refuses();
    });
  });

  it('shows who holds what, without a lock', async () => {
    const first = provider({ label: 'a window' });
    const grant = await acquire(first, 'window-a');
    world.clock.advance(5000);
    await first.renew([grant]);
    world.clock.advance(31_000);
    const seen = await provider({ isReadOnly: true }).seen([reviewer, docs, named('nobody')]);
    assert.deepEqual([...seen.keys()], [reviewer]);
    assert.deepEqual(seen.get(reviewer), {
      holder: { instance: 'window-a', label: 'a window', pid: process.pid },
      ...{ token: grant.token, ttlMs: 30_000, isExpired: true },
      renewedAtMs: world.clock.now() - 31_000,
    });
  });

  it('changes nothing where it may only read', async () => {
    await assert.rejects(provider({ isReadOnly: true }).acquire([reviewer], 'a'), LeaseError);
    assert.deepEqual(readdirSync(world.root), []);
  });

  it('renewing a thousand leases writes one file', async () => {
    const leases = provider();
    const team = Array.from({ length: 1000 }, (_, i) => named(`agent-${i}`));
    const results = await leases.acquire(team, 'window-a');
    const grants = team.map((identity) => granted(results, identity));
    const written: string[] = [];
    const { leases: renewing } = world.open({ observe: (step) => written.push(step) });
    for (const each of [leases, renewing]) {
      const renewals = await each.renew(grants);
      assert.ok([...renewals.values()].every(({ result }) => result === 'renewed'));
    }
    assert.deepEqual(
      written.filter((step) => step.endsWith(':renamed')),
      ['owner:renamed'],
    );
  });
});
