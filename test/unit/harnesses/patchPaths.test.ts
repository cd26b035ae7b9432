import assert from 'node:assert/strict';
import fc from 'fast-check';

import { patchPaths, patchPathsOfCommand } from '../../../src/harnesses/patchPaths.ts';

describe('patchPaths', () => {
  it('finds every file that a patch adds, updates, deletes or moves', () => {
    const patch = [
      '*** Begin Patch',
      '*** Add File: new dir/new file.txt',
      '+hello',
      '*** Update File: b.txt',
      '*** Move to: moved/b2.txt',
      '@@',
      '-x',
      '+y',
      '*** Delete File: old.txt',
      '*** End Patch',
    ].join('\n');
    const all = ['new dir/new file.txt', 'b.txt', 'moved/b2.txt', 'old.txt'];
    assert.deepEqual(patchPaths(patch), all);
  });

  it('reads Windows line ends and paths', () => {
    const patch = '*** Begin Patch\r\n*** Update File: C:\\src\\a.ts\r\n@@\r\n-a\r\n+b\r\n';
    assert.deepEqual(patchPaths(patch), ['C:\\src\\a.ts']);
  });

  it('keeps Unicode, quotes within and the colon of a path', () => {
    const patch = "*** Add File: ü/日本.md\n*** Update File: it's.ts\n*** Delete File: a:b.txt";
    assert.deepEqual(patchPaths(patch), ['ü/日本.md', "it's.ts", 'a:b.txt']);
  });

  it('takes a path in quotes with and without them', () => {
    assert.deepEqual(patchPaths('*** Update File: "a b.txt"'), ['"a b.txt"', 'a b.txt']);
  });

  it('names each file once', () => {
    assert.deepEqual(patchPaths('*** Update File: a\n@@\n*** Update File: a'), ['a']);
  });

  it('takes what a patch writes into a file for no header', () => {
    const patch = [
      '*** Add File: patches.md',
      '+*** Delete File: innocent.txt',
      '*** Update File: notes.md',
      '@@',
      ' *** Delete File: context.txt',
      '-*** Add File: removed.txt',
      '+*** Add File: added.txt',
    ].join('\n');
    assert.deepEqual(patchPaths(patch), ['patches.md', 'notes.md']);
  });

  it('finds a header with white space around it, as the tool does', () => {
    assert.deepEqual(patchPaths('  *** Delete File:   a.txt  \n\t*** Add File: b.txt'), [
      'a.txt',
      'b.txt',
    ]);
  });

  it('finds nothing where there is nothing', () => {
    assert.deepEqual(patchPaths(''), []);
    assert.deepEqual(patchPaths('*** Update File:\n*** Move to: \n***Add File: x'), []);
  });

  it('finds whatever path a header names', () => {
    const path = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .map((text) => text.replaceAll(/[\r\n\u2028\u2029]/g, '').trim())
      .filter((text) => text !== '' && !/^["']/.test(text));
    fc.assert(
      fc.property(fc.uniqueArray(path, { minLength: 1 }), (paths) => {
        const patch = paths.map((name) => `*** Update File: ${name}\n@@\n-a\n+b`).join('\n');
        assert.deepEqual(patchPaths(patch), paths);
      }),
    );
  });
});

describe('patchPathsOfCommand', () => {
  const patch = "<<'EOF'\n*** Begin Patch\n*** Add File: a.txt\n+x\n*** End Patch\nEOF";

  it('finds the files of a command that does nothing but apply a patch', () => {
    assert.deepEqual(patchPathsOfCommand(`apply_patch ${patch}`), ['a.txt']);
  });

  it('puts them below the folder that the command goes to first', () => {
    assert.deepEqual(patchPathsOfCommand(`cd sub/dir && apply_patch ${patch}`), ['sub/dir/a.txt']);
    assert.deepEqual(patchPathsOfCommand(`cd "my dir" && apply_patch ${patch}`), ['my dir/a.txt']);
  });

  it('leaves an absolute path alone', () => {
    const absolute = patch.replace('a.txt', '/x/a.txt');
    assert.deepEqual(patchPathsOfCommand(`cd sub && apply_patch ${absolute}`), ['/x/a.txt']);
  });

  it('takes every other command for a command', () => {
    assert.equal(patchPathsOfCommand('ls'), undefined);
    assert.equal(patchPathsOfCommand('apply_patch --help'), undefined);
    assert.equal(patchPathsOfCommand(`echo x; apply_patch ${patch}`), undefined);
    assert.equal(patchPathsOfCommand(`grep 'apply_patch' *** Begin Patch`), undefined);
  });
});
