import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  isPlainFolder,
  readPlainFile,
  writePlainFile,
} from '../../../../src/node/harnessSessions/plainFile.ts';
import { makeTempFolder, removeTempFolder } from '../../../support/tempFolder.ts';
import { makeFifo } from './sessionSandbox.ts';

describe('plain files', () => {
  let folder = '';
  beforeEach(() => {
    folder = makeTempFolder();
  });
  afterEach(() => removeTempFolder(folder));

  it('are read up to their limit, and not beyond it', () => {
    const path = join(folder, 'x');
    writeFileSync(path, 'ä'.repeat(50));
    assert.equal(readPlainFile(path, 100), 'ä'.repeat(50));
    assert.equal(readPlainFile(path, 99), undefined);
  });

  it('are neither links, nor folders, nor FIFOs, nor devices, nor what is missing', () => {
    const target = join(folder, 'target');
    writeFileSync(target, 'text');
    symlinkSync(target, join(folder, 'link'));
    mkdirSync(join(folder, 'folder'));
    makeFifo(join(folder, 'fifo'));
    for (const name of ['link', 'folder', 'fifo', 'missing']) {
      assert.equal(readPlainFile(join(folder, name), 1000), undefined, name);
    }
    assert.equal(readPlainFile('/dev/zero', 1000), undefined);
    assert.equal(readPlainFile('\0', 1000), undefined);
  });

  it('are written anew, but nothing else is, and no link is followed', () => {
    const path = join(folder, 'x');
    writePlainFile(path, 'a longer text');
    writePlainFile(path, 'text');
    assert.equal(readFileSync(path, 'utf8'), 'text');
    const target = join(folder, 'target');
    writeFileSync(target, 'mine');
    symlinkSync(target, join(folder, 'link'));
    assert.throws(() => writePlainFile(join(folder, 'link'), 'yours'), { code: 'ELOOP' });
    assert.equal(readFileSync(target, 'utf8'), 'mine');
    makeFifo(join(folder, 'fifo'));
    assert.throws(() => writePlainFile(join(folder, 'fifo'), 'yours'), { code: 'ENXIO' });
    assert.throws(() => writePlainFile(folder, 'yours'), { code: 'EISDIR' });
  });

  it('lie in folders, and a link to a folder is none', () => {
    mkdirSync(join(folder, 'folder'));
    symlinkSync(join(folder, 'folder'), join(folder, 'link'));
    writeFileSync(join(folder, 'file'), '');
    const names = ['folder', 'link', 'file', 'missing'];
    const plain = names.map((name) => isPlainFolder(join(folder, name)));
    assert.deepEqual(plain, [true, false, false, false]);
  });
});
