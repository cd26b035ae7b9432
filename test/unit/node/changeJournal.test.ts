import assert from 'node:assert/strict';
import { appendFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChangeJournal } from '../../../src/node/changeJournal.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';

describe('ChangeJournal', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = makeTempFolder();
    path = join(folder, '.changes');
  });
  afterEach(() => removeTempFolder(folder));

  function change(journal: ChangeJournal, fileName: string): void {
    journal.begin(fileName);
    journal.end(fileName);
  }

  it('knows nothing at first, and then names what was changed', () => {
    const writer = new ChangeJournal(path);
    const reader = new ChangeJournal(path);
    assert.equal(reader.changed(), undefined, 'there is none');
    change(writer, 'a.json');
    assert.equal(reader.changed(), undefined, 'the first look at it');
    assert.deepEqual(reader.changed(), new Set());
    change(writer, 'a.json');
    change(writer, 'b.json');
    assert.deepEqual(reader.changed(), new Set(['a.json', 'b.json']));
    assert.deepEqual(reader.changed(), new Set());
  });

  it('names a change that was begun until it has ended', () => {
    const writer = new ChangeJournal(path);
    const reader = new ChangeJournal(path);
    change(writer, 'a.json');
    reader.changed();
    writer.begin('b.json');
    assert.deepEqual(reader.changed(), new Set(['b.json']));
    assert.deepEqual(reader.changed(), new Set(['b.json']));
    writer.end('b.json');
    assert.deepEqual(reader.changed(), new Set(['b.json']));
    assert.deepEqual(reader.changed(), new Set());
  });

  it('names what somebody left open who died before the reader came', () => {
    new ChangeJournal(path).begin('dead.json');
    const reader = new ChangeJournal(path);
    assert.equal(reader.changed(), undefined);
    assert.deepEqual(reader.changed(), new Set(['dead.json']));
  });

  it('knows nothing after the journal was removed, replaced or made anew', async () => {
    const writer = new ChangeJournal(path);
    const reader = new ChangeJournal(path);
    change(writer, 'a.json');
    reader.changed();
    rmSync(path);
    assert.equal(reader.changed(), undefined);
    change(writer, 'a.json');
    assert.equal(reader.changed(), undefined);
    assert.deepEqual(reader.changed(), new Set());

    for (let i = 0; i < 2000; i += 1) change(writer, `${'x'.repeat(80)}-${i}.json`);
    writer.changed();
    await writer.shorten();
    assert.equal(statSync(path).size, 0);
    assert.equal(reader.changed(), undefined);
    assert.deepEqual(reader.changed(), new Set());
  });

  it('leaves a line that is half-written for the next time', () => {
    const reader = new ChangeJournal(path);
    writeFileSync(path, '');
    reader.changed();
    appendFileSync(path, '+a.js');
    assert.deepEqual(reader.changed(), new Set());
    appendFileSync(path, 'on\n-a.json\n');
    assert.deepEqual(reader.changed(), new Set(['a.json']));
  });

  it('names no file of another folder, whatever stands in it', () => {
    const reader = new ChangeJournal(path);
    writeFileSync(path, '');
    reader.changed();
    appendFileSync(path, '+../../secret.json\n-..\\secret.json\n+/etc/x.json\n\n+ok.json\n');
    assert.deepEqual(reader.changed(), new Set(['ok.json']));
  });

  it('is not read when it is a link, a folder or far too long', () => {
    writeFileSync(join(folder, 'elsewhere'), '');
    symlinkSync(join(folder, 'elsewhere'), path);
    const reader = new ChangeJournal(path);
    assert.equal(reader.changed(), undefined);
    assert.equal(reader.changed(), undefined);
    assert.throws(() => reader.begin('a.json'));
    rmSync(path);
    writeFileSync(path, Buffer.alloc(5 * 1024 * 1024, 'x'));
    assert.equal(reader.changed(), undefined);
    assert.equal(reader.changed(), undefined);
  });
});
