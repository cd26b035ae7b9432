import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeActivityEvent } from '../../../src/core/activity/activityCodec.ts';
import { ActivityFiles } from '../../../src/node/activityFiles.ts';
import { StoreLocker } from '../../../src/node/storeLock.ts';
import { buildActivity } from '../../support/activityBuilder.ts';
import { dayMs } from '../../support/entryBuilder.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';

describe('rotation of the activity log', () => {
  let root: string;
  let folder: string;
  let clock: FakeClock;
  beforeEach(() => {
    root = makeTempFolder();
    folder = join(root, 'activity');
    clock = new FakeClock();
  });
  afterEach(() => removeTempFolder(root));
  const open = (maxFileBytes = 1000): ActivityFiles =>
    new ActivityFiles(folder, { clock, limits: { maxFileBytes } });
  const rotated = (): readonly string[] =>
    readdirSync(folder)
      .filter((name) => name.startsWith('activity-'))
      .toSorted();
  async function append(files: ActivityFiles, count: number, from = 0): Promise<void> {
    for (let i = 0; i < count; i += 1) await files.append([buildActivity({ atMs: from + i })]);
  }

  it('a file that is full is set aside under the time and the process', async () => {
    const files = open();
    await append(files, 20);
    const names = rotated();
    assert.ok(names.length >= 2 && names.length <= 7);
    assert.equal(names[0], `activity-${clock.now()}-${process.pid}.ndjson`);
    for (const name of names) {
      const { size } = statSync(join(folder, name));
      assert.ok(size > 1000 && size < 1000 + 4096);
    }
    const page = await files.read();
    assert.deepEqual(
      page.events.map(({ atMs }) => atMs),
      Array.from({ length: 20 }, (_, i) => i),
    );
  });

  it('by default a file is full at 1 MiB', async () => {
    const files = new ActivityFiles(folder, { clock });
    const filler = buildActivity({ reason: 'r'.repeat(490), paths: ['p'.repeat(3000)] });
    const perFile = Math.ceil((1024 * 1024) / Buffer.byteLength(encodeActivityEvent(filler)));
    await files.append(Array.from({ length: perFile - 1 }, () => filler));
    assert.deepEqual(rotated(), []);
    await files.append([filler]);
    assert.equal(rotated().length, 1);
    assert.equal((await files.read()).events.length, perFile);
  });

  it('8 files are kept in all, the oldest go first', async () => {
    const files = open();
    await append(files, 200);
    assert.equal(readdirSync(folder).filter((name) => name.endsWith('.ndjson')).length, 8);
    const { events } = await files.read();
    const kept = events.map(({ atMs }) => atMs);
    assert.deepEqual(
      kept,
      Array.from({ length: kept.length }, (_, i) => 200 - kept.length + i),
    );
    assert.ok(kept.length >= 7 * 5);
  });

  it('what was set aside 30 days ago goes with the next event of a process', async () => {
    await append(open(), 10);
    const before = rotated();
    assert.ok(before.length > 0);
    clock.advance(29 * dayMs);
    await append(open(), 1);
    assert.deepEqual(rotated().slice(0, before.length), before);
    clock.advance(2 * dayMs);
    await append(open(1e6), 1);
    assert.ok(!rotated().some((name) => before.includes(name)));
  });

  it('files stay in order when the clock goes backwards', async () => {
    const files = open();
    await append(files, 12);
    clock.jumpTo(clock.now() - dayMs);
    await append(files, 12, 12);
    const times = (await files.read()).events.map(({ atMs }) => atMs);
    assert.deepEqual(
      times,
      Array.from({ length: 24 }, (_, i) => i),
    );
    const names = rotated();
    assert.ok(names.length >= 2);
    assert.match(readFileSync(join(folder, names.at(-1) ?? ''), 'utf8'), /"at_ms":(?:1[3-9]|2\d),/);
  });

  it('whoever finds the lock taken writes on and leaves the rest to its holder', async () => {
    const lock = await new StoreLocker(join(folder, '.lock')).acquire();
    const files = open();
    await append(files, 20);
    assert.deepEqual(rotated(), []);
    await lock.release();
    await append(files, 1, 20);
    assert.equal(rotated().length, 1);
    assert.equal((await files.read()).events.length, 21);
  });

  it('where there is no lock at all the log is bounded nevertheless', async () => {
    mkdirSync(join(folder, '.lock'), { recursive: true });
    const files = open();
    await append(files, 200);
    assert.equal(rotated().length, 7);
  });

  it('files of others are never removed', async () => {
    mkdirSync(folder);
    for (const name of ['activity-1.ndjson', 'notes.ndjson']) {
      writeFileSync(join(folder, name), '');
    }
    await append(open(), 200);
    assert.ok(
      ['activity-1.ndjson', 'notes.ndjson'].every((name) => readdirSync(folder).includes(name)),
    );
  });
});
