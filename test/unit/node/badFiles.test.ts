import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import type { AgentRegistry } from '../../../src/core/agents/agentRegistry.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { openRegistry, type OpenRegistry } from '../../../src/node/openRegistry.ts';
import { buildEntry, entryText } from '../../support/entryBuilder.ts';
import { copyFixtures } from '../../support/fixtures.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { makeAgentsFolder, makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';

describe('the registry beside files that are no entries', () => {
  let root: string;
  let folder: string;
  let store: OpenRegistry['store'];
  let registry: AgentRegistry;
  beforeEach(() => {
    root = makeTempFolder();
    folder = makeAgentsFolder(root);
    ({ store, registry } = openRegistry(heddleRootAt(root)));
    writeFileSync(join(folder, 'agent-good.toml'), entryText('agent-good', { thread: 'main' }));
  });
  afterEach(() => removeTempFolder(root));

  /** All that is asked of a registry goes on as if the bad file were not there; the file stays. */
  async function assertHarmless(problem: RegExp, fileName = 'x.toml'): Promise<void> {
    const { records, view } = await registry.listView();
    assert.deepEqual(
      records.map(({ entry }) => entry.sessionId),
      ['agent-good'],
    );
    assert.deepEqual(
      view.broken().map((record) => record.fileName),
      [fileName],
    );
    assert.match(view.broken()[0]?.problem ?? '', problem);

    const owner = await registry.tryReserveThread('main', (id) => buildEntry(id));
    assert.deepEqual([owner.kind, owner.entry.sessionId], ['live-owner', 'agent-good']);
    const outcome = await registry.tryReserveThread('free', (id) => buildEntry(id));
    assert.equal(outcome.kind, 'reserved');
    assert.deepEqual(await registry.reapDead(), []);
    assert.equal(await registry.findActiveByNativeActorKey('nobody'), undefined);
    assert.equal((await registry.actorChainForSession('agent-good')).length, 1);
    const { isCreated } = await registry.findOrCreateActiveEntry({
      matches: ({ sessionId }) => sessionId === 'agent-good',
      update: (entry) => ({ ...entry, model: 'm' }),
      build: (id) => buildEntry(id),
    });
    assert.equal(isCreated, false);
    assert.ok(readdirSync(folder).includes(fileName), 'it is not deleted');
  }

  it('a symbolic link is not followed, not even to a valid entry', async () => {
    const target = join(root, 'x.toml');
    writeFileSync(target, entryText('x'));
    symlinkSync(target, join(folder, 'x.toml'));
    await assertHarmless(/symbolic link/);
    await rejectsWith(registry.load('x'), 'broken-entry');
    await rejectsWith(
      registry.updateEntry('x', (entry) => entry),
      'broken-entry',
    );
    await registry.save(buildEntry('x', { model: 'new' }));
    assert.equal(readFileSync(target, 'utf8'), entryText('x'), 'nothing is written through it');
  });

  it('a symbolic link to nothing, and one to itself', async () => {
    symlinkSync(join(root, 'nothing'), join(folder, 'x.toml'));
    await assertHarmless(/symbolic link/);
    rmSync(join(folder, 'x.toml'));
    symlinkSync(join(folder, 'y.toml'), join(folder, 'y.toml'));
    const { view } = await registry.listView();
    assert.match(view.broken()[0]?.problem ?? '', /symbolic link/);
  });

  it('a folder', async () => {
    mkdirSync(join(folder, 'x.toml', 'deep'), { recursive: true });
    await assertHarmless(/folder/);
    const message = await rejectsWith(registry.save(buildEntry('x')), 'io');
    assert.match(message, /x\.toml could not be written/);
    assert.ok(existsSync(join(folder, 'x.toml', 'deep')));
    assert.deepEqual(temporaries(), []);
  });

  it('a FIFO that nobody writes to', async () => {
    execFileSync('mkfifo', [join(folder, 'x.toml')]);
    await assertHarmless(/not a regular file/);
  });

  it('a socket', async () => {
    const server = createServer().listen(join(folder, 'x.toml'));
    await once(server, 'listening');
    try {
      await assertHarmless(/not a regular file/);
    } finally {
      server.close();
    }
  });

  if (canMakeDevices()) {
    it('a device that never ends', async () => {
      execFileSync('mknod', [join(folder, 'x.toml'), 'c', '1', '5']);
      await assertHarmless(/not a regular file/);
    });
  }

  it('an entry of 100 MB is not read', async () => {
    const path = join(folder, 'x.toml');
    writeFileSync(path, entryText('x'));
    truncateSync(path, 100 * 1024 * 1024);
    await assertHarmless(/too large \(104857600 bytes\)/);
    assert.equal(statSync(path).size, 104_857_600);
  });

  const oddNames = ['Agent-X.toml', 'a b.toml', 'agent_x.toml', '-é.toml', 'a.b.toml', '"\n.toml'];
  for (const name of oddNames) {
    it(`an entry in a file called ${JSON.stringify(name)}`, async () => {
      writeFileSync(join(folder, name), entryText(JSON.stringify(name.slice(0, -5)).slice(1, -1)));
      await assertHarmless(/does not match its session_id/, name);
    });
  }

  it('what does not end in .toml, or starts with a dot, is none of our business', async () => {
    for (const name of ['.hidden.toml', 'x.TOML', 'x.toml~', 'x.live', '.x.toml.tmp-1-2-3']) {
      writeFileSync(join(folder, name), 'garbage');
    }
    assert.deepEqual((await registry.listView()).view.broken(), []);
  });

  it('an entry that is cut off at any byte never throws and never hides another', async () => {
    copyFixtures('heddle-agents', join(root, 'fixtures'));
    const whole = readFileSync(join(root, 'fixtures', 'agent-full.toml'));
    const path = join(folder, 'agent-full.toml');
    for (let length = 0; length < whole.length; length += 1) {
      writeFileSync(path, whole.subarray(0, length));
      // A save in place leaves no trace in the folder, so it takes a second look.
      await store.refresh({ isForced: true });
      const { records, view } = await registry.listView();
      assert.ok(
        records.some(({ entry }) => entry.sessionId === 'agent-good'),
        `at ${length}`,
      );
      assert.equal(records.length + view.broken().length, 2, `at ${length}`);
    }
    writeFileSync(path, whole);
    await store.refresh({ isForced: true });
    const { records, view } = await registry.listView();
    assert.deepEqual([records.length, view.broken().length], [2, 0]);
  });

  it('an owner whose file is cut off at any byte keeps its thread', async () => {
    const path = join(folder, 'agent-good.toml');
    const whole = readFileSync(path);
    await registry.list();
    for (let length = 0; length < whole.length; length += 1) {
      writeFileSync(path, whole.subarray(0, length));
      const outcome = await registry.tryReserveThread('main', (id) => buildEntry(id));
      assert.equal(outcome.kind, 'live-owner', `at ${length}`);
    }
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith('.toml')),
      ['agent-good.toml'],
    );
  });

  it('10 000 entries of garbage', async () => {
    const kinds: readonly (() => Buffer | string)[] = [
      () => randomBytes(200),
      () => '',
      () => 'session_id = "x',
      () => entryText('agent-else'),
      () => 'a = 1\nb = [',
      () => entryText('x', { status: 'paused' }),
    ];
    for (let i = 0; i < 10_000; i += 1) {
      writeFileSync(join(folder, `garbage-${i}.toml`), kinds[i % kinds.length]?.() ?? '');
    }
    const { records, view } = await registry.listView();
    assert.equal(records.length, 1);
    assert.equal(view.broken().length, 10_000);
    assert.ok(view.broken().every(({ problem }) => problem.endsWith('.')));
    const outcome = await registry.tryReserveThread('free', (id) => buildEntry(id));
    assert.equal(outcome.kind, 'reserved');
    assert.deepEqual(await registry.reapDead(), []);
    assert.equal(readdirSync(folder).length, 10_000 + 3, 'none is deleted');
  });

  function temporaries(): readonly string[] {
    return readdirSync(folder).filter((name) => name.includes('.tmp-'));
  }
});

/** Only an administrator may, and not in every container. */
function canMakeDevices(): boolean {
  const root = makeTempFolder();
  try {
    return spawnSync('mknod', [join(root, 'device'), 'c', '1', '5']).status === 0;
  } finally {
    removeTempFolder(root);
  }
}
