import assert from 'node:assert/strict';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePayload, readInput } from '../../../src/hook/hookInput.ts';
import { withTempFolder } from '../../support/tempFolder.ts';

describe('the input of a hook', () => {
  it('is read to its end, however long it is, also where a character lies across two pieces', async () => {
    await withTempFolder((folder) => {
      const path = join(folder, 'input');
      for (const text of ['', 'x', `x${'ä'.repeat(40_000)}`, '日本語'.repeat(500_000)]) {
        writeFileSync(path, text);
        const fd = openSync(path, 'r');
        try {
          assert.ok(readInput(fd) === text, `${text.length} characters`);
        } finally {
          closeSync(fd);
        }
      }
    });
  });

  it('is a payload when it holds an object, also after a byte order mark', () => {
    assert.deepEqual(parsePayload('{"a":1}'), { a: 1 });
    assert.deepEqual(parsePayload('\u{feff}{"a":1}\r\n'), { a: 1 });
    for (const text of ['', '7', '"x"', 'null', '[{}]', '{"a":1', '{}{}', '\u{feff}\u{feff}{}']) {
      assert.equal(parsePayload(text), undefined, text);
    }
  });
});
