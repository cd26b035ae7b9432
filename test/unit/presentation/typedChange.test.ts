import assert from 'node:assert/strict';
import {
  isCursorAtChange,
  isForwardDelete,
  type TextChange,
} from '../../../src/presentation/typedChange.ts';

function change(
  from: readonly [number, number],
  to: readonly [number, number],
  text: string,
): TextChange {
  return {
    start: { line: from[0], character: from[1] },
    end: { line: to[0], character: to[1] },
    text,
  };
}

describe('a change that was typed', () => {
  it('has the cursor at its end', () => {
    assert.ok(isCursorAtChange([change([3, 4], [3, 4], 'x')], { line: 3, character: 5 }));
  });

  it('may leave the cursor inside, as a closed bracket does', () => {
    assert.ok(isCursorAtChange([change([3, 4], [3, 4], '()')], { line: 3, character: 5 }));
  });

  it('may add a line', () => {
    assert.ok(isCursorAtChange([change([3, 4], [3, 4], '\n  ')], { line: 4, character: 2 }));
  });

  it('may remove lines, after which the cursor is on the one that is left', () => {
    assert.ok(isCursorAtChange([change([3, 0], [4, 0], '')], { line: 3, character: 2 }));
  });

  it('may be one of several, made by several cursors', () => {
    const changes = [change([9, 0], [9, 0], '\n'), change([2, 0], [2, 0], '\n')];
    assert.ok(isCursorAtChange(changes, { line: 11, character: 0 }));
    assert.ok(isCursorAtChange(changes, { line: 3, character: 0 }));
  });

  it('is not one far from the cursor', () => {
    const changes = [change([20, 0], [25, 0], 'generated\ncode\n')];
    assert.ok(!isCursorAtChange(changes, { line: 3, character: 0 }));
    assert.ok(!isCursorAtChange(changes, { line: 23, character: 0 }));
  });

  it('may be one of several on a line, which do not shift each other', () => {
    const changes = [change([2, 9], [2, 9], '\n'), change([2, 0], [2, 0], '\n')];
    assert.ok(isCursorAtChange(changes, { line: 3, character: 0 }));
    assert.ok(!isCursorAtChange(changes, { line: 4, character: 0 }));
  });

  it('may be one of very many, as of replacing everywhere', () => {
    const changes = Array.from({ length: 20_000 }, (_, i) => change([i, 0], [i, 0], 'a\n'));
    changes.reverse();
    assert.ok(isCursorAtChange(changes, { line: 39_999, character: 0 }));
    assert.ok(!isCursorAtChange(changes, { line: 40_000, character: 0 }));
  });

  it('is none without a change', () => {
    assert.ok(!isCursorAtChange([], { line: 0, character: 0 }));
  });
});

describe('a forward delete', () => {
  it('removes what follows the cursor', () => {
    assert.ok(isForwardDelete([change([3, 4], [3, 5], '')], { line: 3, character: 4 }));
  });

  it('is no insertion, no removal elsewhere and not one of several', () => {
    const at = { line: 3, character: 4 };
    assert.ok(!isForwardDelete([change([3, 4], [3, 4], 'x')], at));
    assert.ok(!isForwardDelete([change([3, 3], [3, 4], '')], at));
    assert.ok(!isForwardDelete([change([3, 4], [3, 5], ''), change([1, 4], [1, 5], '')], at));
  });
});
