import { strict as assert } from 'node:assert';
import { failedTests } from '../failedTests.ts';

describe('failedTests', () => {
  it('names each failed test with its error and without the stack', () => {
    const printed = [
      '  3 passing (4s)\n  2 failing\n',
      '  1) Outer\n       inner\n         does it:\n     AssertionError: no\n      + expected\n      at x.ts:1:1\n',
      '  2) Other\n       works:\n\n      Error: Timeout\n      at y.ts:2:2\n',
    ].join('\n');
    assert.deepEqual(failedTests(printed), [
      'Outer › inner › does it: AssertionError: no + expected',
      'Other › works: Error: Timeout',
    ]);
  });

  it('names nothing where nothing failed', () => {
    assert.deepEqual(failedTests('  ✔ says 2 failing\n\n  3 passing (4s)\n'), []);
  });
});
