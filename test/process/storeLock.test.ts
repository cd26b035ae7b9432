import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { heddleRootAt } from '../../src/node/heddleRoot.ts';
import { openRegistry, type OpenRegistryOptions } from '../../src/node/openRegistry.ts';
import { portableMarkerName } from '../../src/node/portableLock.ts';
import { loadKernelLock, type KernelLock } from '../../src/node/flock.ts';
import { StoreLocker } from '../../src/node/storeLock.ts';
import { buildChildProgram } from '../support/childProgram.ts';
import { buildEntry } from '../support/entryBuilder.ts';
import { rejectsWith } from '../support/rejectsWith.ts';
import { makeAgentsFolder, makeTempFolder, removeTempFolder } from '../support/tempFolder.ts';
import { LineChildren, type LineChild } from './lineChild.ts';

/** More than anything here takes, on a machine however busy. */
const patience = { lock: { timeoutMs: 120_000 } };
const noKernelLock = {
  lock: { ...patience.lock, loadKernelLock: () => Promise.reject(new Error('it is not there')) },
};

describe('StoreLocker between processes', () => {
  let lockHolder: string;
  let countingWriter: string;
  let nameWatcher: string;
  let busyWriter: string;
  let root: string;
  let folder: string;
  let lockPath: string;
  let proofFolder: string;
  let children: LineChildren;
  before(async () => {
    [lockHolder, countingWriter, nameWatcher, busyWriter] = (await Promise.all(
      ['lockHolder', 'countingWriter', 'nameWatcher', 'busyWriter'].map((name) =>
        buildChildProgram(new URL(`./children/${name}.ts`, import.meta.url)),
      ),
    )) as [string, string, string, string];
  });
  beforeEach(() => {
    children = new LineChildren();
    root = makeTempFolder();
    folder = makeAgentsFolder(root);
    lockPath = join(folder, '.lock');
    // Outside of what is removed.
    proofFolder = join(root, 'proof');
    mkdirSync(proofFolder);
    writeFileSync(join(proofFolder, 'counter'), '0');
  });
  afterEach(async () => {
    await children.dispose();
    removeTempFolder(root);
  });

  function open(options: OpenRegistryOptions = patience): ReturnType<typeof openRegistry> {
    return openRegistry(heddleRootAt(root), options);
  }

  async function holdInAnotherProcess(): Promise<LineChild> {
    const holder = await children.node(lockHolder, [lockPath]);
    assert.equal(await holder.answer(), 'held');
    return holder;
  }

  function startCounting(times: number, kernel: string): Promise<LineChild> {
    return children.node(countingWriter, [lockPath, proofFolder, String(times), kernel]);
  }

  function replaceFolder(): void {
    renameSync(join(root, '.heddle'), join(root, 'gone'));
    mkdirSync(folder, { recursive: true });
  }

  /** Each came to its end, so nobody ever met another inside, and no count got lost. */
  async function assertCounted(writers: readonly LineChild[], total: number): Promise<void> {
    for (const writer of writers) {
      assert.equal(await writer.answer(), 'ready');
      assert.equal(await writer.answer(), 'done');
      assert.deepEqual(await writer.end, { code: 0, signal: null });
    }
    assert.equal(readFileSync(join(proofFolder, 'counter'), 'utf8'), String(total));
  }

  it('a writer waits for a foreign flock(1), and goes on when it ends', async () => {
    const holder = await children.holdWithFlock(lockPath);
    let isSaved = false;
    const saving = open()
      .registry.save(buildEntry('agent-a'))
      .then(() => (isSaved = true));

    await delay(300);
    assert.equal(isSaved, false);
    assert.deepEqual(readdirSync(folder), ['.lock']);

    await holder.finish();
    await saving;
    assert.ok(readdirSync(folder).includes('agent-a.toml'));
  });

  it('flock(1) waits for a writer', async () => {
    const lock = await new StoreLocker(lockPath).acquire();
    let isHeld = false;
    const holding = children.holdWithFlock(lockPath).then((holder) => {
      isHeld = true;
      return holder;
    });

    await delay(300);
    assert.equal(isHeld, false);

    await lock.release();
    await (await holding).finish();
  });

  it('after the limit the error names the process and the command that hold the lock', async () => {
    const holder = await children.holdWithFlock(lockPath);
    const { registry } = open({ lock: { timeoutMs: 20 } });

    const message = await rejectsWith(registry.save(buildEntry('agent-a')), 'lock-timeout');

    assert.ok(message.includes(`process ${holder.pid} (flock)`), message);
    assert.deepEqual(readdirSync(folder), ['.lock']);
    await holder.finish();
    await registry.save(buildEntry('agent-a'));
  });

  it('a process that is killed while it holds the lock delays nobody', async () => {
    const holder = await holdInAnotherProcess();
    const impatient = open({ lock: { timeoutMs: 0 } }).registry;
    await rejectsWith(impatient.save(buildEntry('agent-a')), 'lock-timeout');

    await holder.kill();

    await impatient.save(buildEntry('agent-a'));
  });

  it('several processes never hold the lock at once', async () => {
    const writers = await Promise.all([1, 2, 3, 4].map(() => startCounting(25, 'flock')));
    await assertCounted(writers, 100);
  });

  it('many who make the folder at once all get it', async () => {
    for (let i = 0; i < 20; i += 1) {
      renameSync(join(root, '.heddle'), join(root, `gone-${i}`));
      const stores = Array.from({ length: 6 }, () => open().registry);
      await Promise.all(stores.map((registry, n) => registry.save(buildEntry(`agent-${n}`))));
      assert.equal((await open().registry.list()).length, 6);
      assert.ok(readdirSync(folder).includes('.gitignore'));
    }
  });

  it('a removed and recreated .heddle never gives two holders', async () => {
    const writers = await Promise.all([1, 2, 3, 4].map(() => startCounting(40, 'flock')));
    const locker = new StoreLocker(lockPath, patience.lock);
    for (let i = 0; i < 40; i += 1) {
      const lock = await locker.acquire();
      await delay(5);
      // Who waits has the old file open by now, or opens it the next moment. Moved at one stroke:
      // emptied bit by bit, it could lose the lock file that somebody took in between.
      const gone = join(root, `gone-${i}`);
      renameSync(join(root, '.heddle'), gone);
      if (i % 2 === 0) mkdirSync(folder, { recursive: true });
      await delay(5);
      await lock.release();
      rmSync(gone, { recursive: true });
    }
    await assertCounted(writers, 160);
  });

  it('a folder that is replaced between opening and locking gives no second holder', async () => {
    const kernel = await loadKernelLock();
    let attempts = 0;
    const lateLock: KernelLock = {
      tryAcquire: (path) => {
        const held = kernel.tryAcquire(path);
        // Its file is locked by now, but the path no longer names it.
        if ((attempts += 1) === 1) replaceFolder();
        return held;
      },
    };
    const lock = await new StoreLocker(lockPath, {
      ...patience.lock,
      loadKernelLock: () => Promise.resolve(lateLock),
    }).acquire();

    assert.equal(attempts, 2);
    await rejectsWith(new StoreLocker(lockPath, { timeoutMs: 0 }).acquire(), 'lock-timeout');
    await lock.release();
  });

  it('who holds the lock of a folder that was replaced writes nothing into the new one', async () => {
    const { store } = open();

    await rejectsWith(
      store.transact(async (tx) => {
        replaceFolder();
        await tx.write(buildEntry('agent-a'));
      }),
      'io',
    );

    assert.deepEqual(readdirSync(folder), []);
  });

  it('without any lock nothing is written, and the error says why', async () => {
    rmSync(join(root, '.heddle'), { recursive: true });
    const { registry } = open(noKernelLock);

    const message = await rejectsWith(registry.save(buildEntry('agent-a')), 'lock-unavailable');

    assert.match(message, /it is not there.*nothing is written.*--portable/);
    assert.deepEqual(readdirSync(folder), ['.gitignore']);
  });

  it('in portable mode one writes without the lock of the kernel', async () => {
    writeFileSync(join(folder, portableMarkerName), '');
    await open(noKernelLock).registry.save(buildEntry('agent-a'));
    assert.equal((await open().registry.list()).length, 1);
  });

  it('in portable mode processes exclude each other, whether they have the kernel’s lock or not', async () => {
    writeFileSync(join(folder, portableMarkerName), '');
    const kernels = ['flock', 'no-kernel-lock', 'flock', 'no-kernel-lock'];
    const writers = await Promise.all(kernels.map((kernel) => startCounting(15, kernel)));
    await assertCounted(writers, 60);
  });

  it('in portable mode one who has the kernel’s lock still waits for flock(1)', async () => {
    writeFileSync(join(folder, portableMarkerName), '');
    const holder = await children.holdWithFlock(lockPath);
    await rejectsWith(
      open({ lock: { timeoutMs: 20 } }).registry.save(buildEntry('agent-a')),
      'lock-timeout',
    );
    await holder.finish();
    await open().registry.save(buildEntry('agent-a'));
  });

  it('in portable mode the lock of a killed process is taken over', async () => {
    writeFileSync(join(folder, portableMarkerName), '');
    const holder = await holdInAnotherProcess();
    await holder.kill();
    await open().registry.save(buildEntry('agent-a'));
  });

  it('no name that ends in .toml is ever anything but an entry', async () => {
    const watcher = await children.node(nameWatcher, [folder]);
    assert.equal(await watcher.answer(), 'ready');
    const isSeen = watcher.answer();
    const writers = await Promise.all(
      ['agent-a', 'agent-b', 'agent-b'].map((id) => children.node(busyWriter, [root, id, '40'])),
    );
    for (const writer of writers) assert.equal(await writer.answer(), 'done');
    assert.equal(await isSeen, 'temporary seen');

    const [names] = (await Promise.all([watcher.answer(), watcher.finish()])) as [
      string[],
      unknown,
    ];
    assert.deepEqual(names.filter((name) => name.endsWith('.toml')).sort(), [
      'agent-a.toml',
      'agent-b.toml',
    ]);
    const others = names.filter((name) => !name.endsWith('.toml') && name !== '.lock');
    for (const name of others) assert.match(name, /^\.agent-[ab]\.toml\.tmp-\d+-\d+-[0-9a-f]{8}$/);
  });
});
