import { equal, ok } from 'node:assert/strict';
import fc from 'fast-check';

import { BoundedOutput } from '../../../../src/node/acp/boundedOutput.ts';

describe('the output that is kept of a command', () => {
  it('is all of it as long as it is short', () => {
    const output = new BoundedOutput(10);
    output.add(Buffer.from('héllo'));
    equal(output.text, 'héllo');
    equal(output.isTruncated, false);
  });

  it('is its end, in whole characters, however it comes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: 1, max: 40 }),
        (text, most, size) => {
          const bytes = Buffer.from(text);
          const output = new BoundedOutput(most);
          for (let i = 0; i < bytes.length; i += size) output.add(bytes.subarray(i, i + size));
          const kept = output.text;
          ok(text.endsWith(kept));
          ok(
            Buffer.byteLength(kept) <= most &&
              Buffer.byteLength(kept) > Math.min(most, bytes.length) - 4,
          );
          equal(output.isTruncated, bytes.length > most);
        },
      ),
    );
  });

  it('needs no more memory than it keeps, about', () => {
    const output = new BoundedOutput(1000);
    for (let i = 0; i < 2000; i += 1) output.add(Buffer.alloc(1000, 97));
    equal(output.text, 'a'.repeat(1000));
    ok(output.isTruncated);
  });
});
