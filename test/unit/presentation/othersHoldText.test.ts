import assert from 'node:assert/strict';
import {
  bannerText,
  holdLines,
  holdSentence,
  keystrokeWarning,
  shortHoldText,
} from '../../../src/presentation/othersHoldText.ts';
import { buildHeld, buildHolder, lockTestNowMs as nowMs } from '../../support/lockSnapshots.ts';

const hard = buildHeld({ path: 'src/a.ts', reason: 'split\nit' });
const soft = buildHeld({ path: 'src/a.ts', isSoft: true });
const shared = buildHeld({ path: 'src/a.ts', mode: 'shared' });
const holder = buildHolder(1, { name: 'ana' });

describe('what is said of a file that somebody else holds', () => {
  it('is who and for how much longer, where there is little room', () => {
    assert.equal(shortHoldText({ holder, held: hard }, { nowMs }), 'ana · 10 min left');
    assert.equal(shortHoldText({ holder, held: soft }, { nowMs }), 'ana · unsaved changes');
  });

  it('is a line above the file', () => {
    assert.equal(bannerText({ holder, held: hard }, { nowMs }), 'Held by ana · 10 min left');
    assert.equal(bannerText({ holder, held: shared }, { nowMs }), 'Shared by ana · 10 min left');
    assert.equal(
      bannerText({ holder, held: soft }, { nowMs }),
      'ana has unsaved changes in this file',
    );
  });

  it('is everything in a tooltip, on one line each', () => {
    assert.deepEqual(holdLines({ holder, held: hard }, { nowMs }), [
      'ana holds src/a.ts',
      'Reason: split it',
      'Since: 2026-11-21 14:00:00',
      'Time left: 10 min left',
    ]);
  });

  it('is who, what, since when and why in the question before a lock is broken', () => {
    assert.equal(
      holdSentence({ holder, held: hard }, { nowMs }),
      'ana holds src/a.ts since 2026-11-21 14:00:00 (10 min left). Reason: split it',
    );
    assert.equal(
      holdSentence({ holder, held: soft }, { nowMs }),
      'ana has unsaved changes in src/a.ts since 2026-11-21 14:00:00.',
    );
  });

  it('is a warning at the first keystroke', () => {
    assert.match(keystrokeWarning({ holder, held: hard }, { nowMs }), /^ana holds src\/a\.ts/);
    assert.match(keystrokeWarning({ holder, held: soft }, { nowMs }), /unsaved changes/);
  });

  it('has nothing in it that controls a terminal or the direction of text', () => {
    const nasty = buildHolder(2, { name: 'x\u202e\u001b[2J' });
    const held = buildHeld({ path: 'a\u202eb', reason: '\u001b]8;;' });
    for (const text of [
      shortHoldText({ holder: nasty, held }, { nowMs }),
      bannerText({ holder: nasty, held }, { nowMs }),
      holdSentence({ holder: nasty, held }, { nowMs }),
      keystrokeWarning({ holder: nasty, held }, { nowMs }),
      ...holdLines({ holder: nasty, held }, { nowMs }),
    ]) {
      assert.doesNotMatch(text, /[\u0000-\u001f\u202a-\u202e]/);
    }
  });
});
