import { strict as assert } from 'node:assert';
import { ReapUndo } from '../../../src/extension/commands/reapUndo.ts';
import { buildEntry } from '../../support/entryBuilder.ts';
import { FakeClock } from '../../support/fakeClock.ts';

const twoMinutesMs = 120_000;

describe('ReapUndo', () => {
  it('hands out the latest batch once, and says while there is one', () => {
    const { undo, key } = createUndo();
    const [first, second] = [batchOf('a'), batchOf('b')];
    undo.remember(first);
    undo.remember(second);
    assert.equal(key(), true);

    assert.equal(undo.take(), second);
    assert.equal(undo.take(), first);
    assert.equal(undo.take(), undefined);
    assert.equal(key(), false);
  });

  it('hands out a batch by itself, for the button of its message', () => {
    const { undo } = createUndo();
    const [first, second] = [batchOf('a'), batchOf('b')];
    undo.remember(first);
    undo.remember(second);
    assert.equal(undo.take(first), first);
    assert.equal(undo.take(first), undefined);
    assert.equal(undo.take(), second);
  });

  it('forgets a batch after two minutes', () => {
    const { undo, clock, key } = createUndo();
    undo.remember(batchOf('a'));
    clock.advance(twoMinutesMs - 1);
    assert.equal(key(), true);
    clock.advance(1);
    assert.equal(key(), false);
    assert.equal(undo.take(), undefined);
  });

  it('does not remember that nothing was reaped, and leaves no timer behind', () => {
    const { undo, clock, key } = createUndo();
    undo.remember([]);
    assert.equal(key(), undefined);
    undo.remember(batchOf('a'));
    undo.dispose();
    assert.equal(clock.pendingTimers, 0);
  });
});

function createUndo(): { undo: ReapUndo; clock: FakeClock; key: () => unknown } {
  const values = new Map<string, unknown>();
  const clock = new FakeClock();
  const undo = new ReapUndo({ set: (name, value) => void values.set(name, value) }, clock);
  return { undo, clock, key: () => values.get('heddle.canUndoReap') };
}

function batchOf(sessionId: string): { root: string; entry: ReturnType<typeof buildEntry> }[] {
  return [{ root: '/repo', entry: buildEntry(sessionId, { status: 'abandoned' }) }];
}
