import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ListedIdentity } from '../../../../src/core/identities/listedIdentity.ts';
import { identitySpecFolder } from '../../../../src/node/identities/identitySpecFiles.ts';
import { readStatusFile, writeStatusFile } from '../../../../src/node/identities/statusFile.ts';
import { docs, granted, named, recordOf, reviewer, save } from './continuityWorld.ts';
import { OwnerTestWorld } from './ownerTestWorld.ts';

describe('the list of identities', () => {
  let world: OwnerTestWorld;
  beforeEach(() => {
    world = new OwnerTestWorld();
    world.describe(reviewer, 'peers = ["docs"]\n');
    world.describe(docs);
  });
  afterEach(() => world.end());

  async function find(identity = reviewer, instance?: string): Promise<ListedIdentity> {
    const found = (await world.listed(instance)).find((each) => each.identity === identity);
    assert.ok(found);
    return found;
  }

  const own = (): string => join(world.continuity, reviewer);

  it('has those who are described, before anything is written of them', async () => {
    const [first, second] = await world.listed();
    assert.deepEqual(
      [first, second].map((each) => [each?.identity, each?.state, each?.peers]),
      [
        [docs, 'uninitialized', [reviewer]],
        [reviewer, 'uninitialized', [docs]],
      ],
    );
    assert.equal(first?.specPath, join(identitySpecFolder(world.root), 'docs.toml'));
    assert.match(first.specDigest ?? '', /^[0-9a-f]{64}$/);
    assert.deepEqual([first.problems, first.waitingMessages, first.lease], [[], 0, undefined]);
  });

  it('has those whose description is spoiled, with what is wrong', async () => {
    world.describe(docs, 'colour = ');
    const listed = await find(docs);
    assert.deepEqual([listed.spec, listed.problems.length], [undefined, 1]);
    assert.match(listed.problems[0]?.problem ?? '', /not valid TOML/);
    writeFileSync(join(identitySpecFolder(world.root), 'no name.toml'), '');
    const names = (await world.listed()).map(({ identity }) => identity);
    assert.deepEqual(names, [docs, reviewer]);
  });

  it('has those of whom only something lasts, but not those who were deleted', async () => {
    const gone = named('gone');
    const { leases, store } = world.open();
    const [kept, deleted] = [named('kept'), gone];
    const results = await leases.acquire([kept, deleted], 'one');
    for (const identity of [kept, deleted]) {
      await store.upsertRecord(recordOf(identity), granted(results, identity).token);
    }
    await store.deleteRecord(deleted, granted(results, deleted).token);
    await leases.release([granted(results, kept), granted(results, deleted)]);
    const listed = await world.listed();
    assert.deepEqual(
      listed.map(({ identity, state, specPath }) => [identity, state, specPath !== undefined]),
      [
        [docs, 'uninitialized', true],
        [kept, 'dormant', false],
        [reviewer, 'uninitialized', true],
      ],
    );
  });

  it('tells who owns one, whether that is the one who looks, and for how long', async () => {
    const { leases, store } = world.open({ label: 'a window of Ada' });
    const grant = granted(await leases.acquire([reviewer], 'one'));
    await store.upsertRecord(recordOf(reviewer), grant.token);
    await store.saveSnapshot(save({ token: grant.token }));
    world.clock.advance(10_000);
    const { lease, state, generation, checkpointVersion } = await find(reviewer, 'one');
    assert.deepEqual(lease, {
      token: grant.token,
      holder: { instance: 'one', label: 'a window of Ada', pid: process.pid },
      isOurs: true,
      remainingMs: 20_000,
      isHealthy: true,
    });
    assert.deepEqual([state, generation, checkpointVersion], ['active', 0, 1]);
    assert.equal((await find(reviewer, 'two')).lease?.isOurs, false);
    world.clock.advance(15_000);
    assert.equal((await find()).lease?.isHealthy, false);
    world.clock.advance(5001);
    assert.deepEqual([(await find()).lease, (await find()).state], [undefined, 'dormant']);
  });

  it('tells of no owner whose process is gone', async () => {
    const { leases, store } = world.open();
    const grant = granted(await leases.acquire([reviewer], 'one'));
    await store.upsertRecord(recordOf(reviewer), grant.token);
    world.probe.end(process.pid);
    assert.deepEqual([(await find()).lease, (await find()).state], [undefined, 'dormant']);
  });

  it('believes what an owner says only under the token that counts', async () => {
    const { leases, store } = world.open();
    const { token } = granted(await leases.acquire([reviewer], 'one'));
    await store.upsertRecord(recordOf(reviewer), token);
    const said = { token, atMs: 1, state: 'suspended', lastOutput: 'Done.' } as const;
    await writeStatusFile(own(), reviewer, said);
    assert.deepEqual([(await find()).state, (await find()).lastOutput], ['suspended', 'Done.']);
    const next = granted(await leases.acquire([reviewer], 'one')).token;
    assert.equal((await find()).state, 'active');
    await writeStatusFile(own(), reviewer, { ...said, token: next });
    await writeStatusFile(own(), reviewer, { ...said, state: 'active' });
    assert.equal(readStatusFile(own(), reviewer)?.token, next);
  });

  it('keeps one broken that its owner left so, with the reason', async () => {
    const { leases, store } = world.open();
    const grant = granted(await leases.acquire([reviewer], 'one'));
    await store.upsertRecord(recordOf(reviewer), grant.token);
    const failure = 'resume_rejected';
    const said = { token: grant.token, atMs: 1, state: 'broken', detail: 'No.', failure } as const;
    await writeStatusFile(own(), reviewer, said);
    await leases.release([grant]);
    const listed = await find();
    assert.deepEqual(
      [listed.state, listed.failure?.kind, listed.failure?.detail],
      ['broken', failure, 'No.'],
    );
  });

  it('tells what the store finds broken', async () => {
    mkdirSync(own(), { recursive: true });
    writeFileSync(join(own(), 'record.json'), '{');
    const { state, failure } = await find();
    assert.deepEqual([state, failure?.kind], ['broken', 'store_unavailable']);
  });

  it('leaves out a status that is spoiled', async () => {
    mkdirSync(own(), { recursive: true });
    for (const text of ['', '{', '{"version":1}', '{"version":2}']) {
      writeFileSync(join(own(), 'status.json'), text);
      assert.equal((await find()).state, 'uninitialized');
    }
  });

  it('counts what waits, and tells of a session whose host is gone that it does not run', async () => {
    const message = { from: 'ada', text: 'hello', origin: 'person', kind: 'send' } as const;
    const { inbox } = world.open();
    await inbox.put(reviewer, message);
    await inbox.put(reviewer, message);
    const said = { token: 1, atMs: 1, state: 'active', sessionId: 'session-1' } as const;
    await writeStatusFile(own(), reviewer, { ...said, isRunning: true });
    const { waitingMessages, session } = await find();
    assert.equal(waitingMessages, 2);
    assert.deepEqual(session, { sessionId: 'session-1', isRunning: false });
  });
});
