import assert from 'node:assert/strict';
import { isUninstalled } from '../../../src/presentation/uninstalling.ts';

const id = 'heddle-agents.heddle-agents';
const own = `${id}-0.1.0`;
const listOf = (...ids: readonly string[]): string =>
  JSON.stringify(ids.map((each) => ({ identifier: { id: each }, version: '0.1.0' })));
const installed = {
  ...{ id, own, folders: [own, 'other.other-1.0.0'], obsolete: '' },
  ...{ listedBefore: listOf(id, 'other.other'), listedNow: listOf(id, 'other.other') },
};

describe('whether the extension was uninstalled', () => {
  it('is told by the list of the editor, which it has left', () => {
    assert.equal(isUninstalled(installed), false);
    assert.equal(isUninstalled({ ...installed, listedNow: listOf('other.other') }), true);
    assert.equal(isUninstalled({ ...installed, listedNow: listOf(id.toUpperCase()) }), false);
  });

  it('is not told by a list of which it never was a part, or by half of one', () => {
    const elsewhere = { ...installed, listedBefore: listOf(), listedNow: listOf() };
    assert.equal(isUninstalled(elsewhere), false);
    for (const listedNow of ['', '[{"identifier":', '{}', 'null']) {
      assert.equal(isUninstalled({ ...installed, listedNow }), false, listedNow);
    }
    for (const listedBefore of ['[null, 7, {"identifier": 3}]', '{']) {
      assert.equal(isUninstalled({ ...installed, listedBefore, listedNow: '[]' }), false);
    }
  });

  it('is told by the mark on its folder, unless another version is left: that is an update', () => {
    const listed = { listedBefore: '', listedNow: '' };
    const marked = { ...installed, ...listed, obsolete: JSON.stringify({ [own]: true }) };
    assert.equal(isUninstalled(marked), true);
    assert.equal(isUninstalled({ ...marked, obsolete: JSON.stringify({ [own]: false }) }), false);
    assert.equal(isUninstalled({ ...marked, folders: [own, `${id}-0.2.0-linux-x64`] }), false);
    assert.equal(isUninstalled({ ...marked, obsolete: '{"x' }), false);
  });
});
