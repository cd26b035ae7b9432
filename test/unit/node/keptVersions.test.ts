import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultKeptLimits, KeptVersions } from '../../../src/node/keptVersions.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';

describe('versions that are kept', () => {
  let root: string;
  let folder: string;
  let file: string;
  const clock = new FakeClock();

  beforeEach(() => {
    root = makeTempFolder();
    folder = join(root, 'deep/kept');
    file = join(root, 'a b$.ts');
    writeFileSync(file, 'one');
  });
  afterEach(() => removeTempFolder(root));

  const open = (limits = {}): KeptVersions =>
    new KeptVersions(folder, { ...defaultKeptLimits, ...limits }, clock);

  it('hold the very bytes of the file, readable by nobody else', async () => {
    const bytes = Uint8Array.of(0, 255, 13, 10, 128);
    writeFileSync(file, bytes);
    const kept = open();
    const version = await kept.keep(file);
    assert.ok(version);
    assert.deepEqual(new Uint8Array((await kept.content(version.id)) ?? []), bytes);
    if (process.platform !== 'win32') {
      assert.equal(statSync(join(folder, version.id)).mode & 0o077, 0);
      assert.equal(statSync(folder).mode & 0o077, 0);
    }
  });

  it('are not made of a content that is known already', async () => {
    const kept = open();
    const digest = await kept.digest(file);
    assert.equal(await kept.keep(file, digest), undefined);
    writeFileSync(file, 'two');
    assert.ok(await kept.keep(file, digest));
  });

  it('tell the digest of a file only when it is what is expected', async () => {
    const kept = open();
    const isOne = (content: Uint8Array): Promise<boolean> =>
      Promise.resolve(new TextDecoder().decode(content) === 'one');
    assert.equal(await kept.digestIf(file, isOne), await kept.digest(file));
    writeFileSync(file, 'two');
    assert.equal(await kept.digestIf(file, isOne), undefined);
    assert.equal(await kept.digestIf(join(root, 'nothing'), isOne), undefined);
  });

  it('are not made of what is not there, no file or too large', async () => {
    const kept = open({ maxFileBytes: 2 });
    assert.equal(await kept.keep(file), undefined);
    assert.equal(await kept.keep(join(root, 'nothing')), undefined);
    assert.equal(await kept.keep(root), undefined);
  });

  it('go when there are too many, the oldest first', async () => {
    const kept = open({ maxCount: 2 });
    const ids: (string | undefined)[] = [];
    for (const text of ['one', 'two', 'three']) {
      writeFileSync(file, text);
      ids.push((await kept.keep(file))?.id);
      clock.advance(1000);
    }
    await kept.prune();
    assert.deepEqual(readdirSync(folder).sort(), ids.slice(1).sort());
  });

  it('go when they are too large together', async () => {
    const kept = open({ maxBytes: 7 });
    for (const text of ['1111', '2222']) {
      writeFileSync(file, text);
      await kept.keep(file);
      clock.advance(1000);
    }
    await kept.prune();
    assert.equal(readdirSync(folder).length, 1);
  });

  it('go when they are too old', async () => {
    const kept = open();
    await kept.keep(file);
    clock.advance(defaultKeptLimits.maxAgeMs + 1000);
    await kept.prune();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('are pruned without harm to other files, or to a folder that is not there', async () => {
    await open().prune();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    await open({ maxCount: 0 }).prune();
    assert.deepEqual(readdirSync(folder), ['notes.txt']);
  });

  it('are found by their name only, and nothing else is', async () => {
    const kept = open();
    await kept.keep(file);
    assert.equal(await kept.content('../../a b$.ts'), undefined);
    assert.equal(await kept.content('1700000000000-0123456789ab-gone.ts'), undefined);
    await kept.discard('../../a b$.ts');
    assert.equal(statSync(file).size, 3);
  });
});
