import assert from 'node:assert/strict';
import { freshNames } from '../../../../src/extension/identities/rememberedIdentities.ts';

const nowMs = 1_700_000_000_000;
const minuteMs = 60_000;

describe('what a window remembers of the agents that it owned', () => {
  it('counts after a reload, and not when a folder is opened anew', () => {
    const names = { '/repo': ['reviewer', 'docs'] };
    assert.deepEqual(freshNames({ atMs: nowMs - minuteMs, names }, nowMs), [
      ['/repo', ['reviewer', 'docs']],
    ]);
    assert.deepEqual(freshNames({ atMs: nowMs - 10 * minuteMs, names }, nowMs), []);
    assert.deepEqual(freshNames({ atMs: nowMs + 10 * minuteMs, names }, nowMs), []);
  });

  it('is nothing when it cannot be read, and leaves out what is no name', () => {
    for (const bad of [undefined, 'x', {}, { atMs: nowMs }, { atMs: 'now', names: {} }]) {
      assert.deepEqual(freshNames(bad, nowMs), []);
    }
    const names = { '/repo': ['../x', 'docs', 7], '/other': 'docs' };
    assert.deepEqual(freshNames({ atMs: nowMs, names }, nowMs), [
      ['/repo', ['docs', '7']],
      ['/other', []],
    ]);
  });
});
