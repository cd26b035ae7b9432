import { deepEqual, equal } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { unifiedDiff } from '../../../../src/harnesses/connecting/unifiedDiff.ts';
import { withTempFolder } from '../../../support/tempFolder.ts';

describe('a unified diff', () => {
  it('is empty for equal texts', () => {
    deepEqual(unifiedDiff('a.json', '{}\n', '{}\n'), []);
  });

  it('shows a new file, a changed one and one that goes', () => {
    deepEqual(unifiedDiff('a', undefined, 'x\ny\n'), [
      '--- /dev/null',
      '+++ b/a',
      '@@ -0,0 +1,2 @@',
      '+x',
      '+y',
    ]);
    deepEqual(unifiedDiff('a', 'x\n', undefined), [
      '--- a/a',
      '+++ /dev/null',
      '@@ -1,1 +0,0 @@',
      '-x',
    ]);
    const lines = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
    deepEqual(unifiedDiff('a', `${lines.join('\n')}\n`, `${lines.with(4, 'five').join('\n')}\n`), [
      '--- a/a',
      '+++ b/a',
      '@@ -2,7 +2,7 @@',
      ' 2',
      ' 3',
      ' 4',
      '-5',
      '+five',
      ' 6',
      ' 7',
      ' 8',
    ]);
  });

  it('is what git can apply', function () {
    const line = fc.constantFrom('a', 'b', 'c', '{', '}');
    const text = fc
      .array(line, { minLength: 1, maxLength: 30 })
      .map((each) => `${each.join('\n')}\n`);
    return withTempFolder((folder) => {
      fc.assert(
        fc.property(text, text, (before, after) => {
          if (before === after) return;
          writeFileSync(join(folder, 'file'), before);
          const input = `${unifiedDiff('file', before, after).join('\n')}\n`;
          execFileSync('git', ['apply', '--unidiff-zero', '-'], { cwd: folder, input });
          equal(readFileSync(join(folder, 'file'), 'utf8'), after);
        }),
        { numRuns: 60 },
      );
    });
  });
});
