import assert from 'node:assert/strict';
import { connectionScopes } from '../../../src/core/harness/connectionRecipe.ts';
import {
  connectionText,
  isWellConnected,
  scopeTexts,
} from '../../../src/presentation/connectionWording.ts';

describe('the words of connections', () => {
  it('say where an agent is connected, with what is wrong first', () => {
    assert.equal(connectionText([]), 'not connected');
    assert.equal(connectionText([{ scope: 'local', state: 'not-connected' }]), 'not connected');
    assert.equal(
      connectionText([
        { scope: 'local', state: 'connected' },
        { scope: 'user', state: 'connected' },
        { scope: 'shared', state: 'damaged' },
      ]),
      'damaged for everybody here · connected in this checkout, in your settings',
    );
    assert.equal(
      connectionText([{ scope: 'user', state: 'outdated' }]),
      'outdated in your settings',
    );
  });

  it('call an agent well connected only when nothing is wrong anywhere', () => {
    assert.equal(isWellConnected([]), false);
    assert.equal(isWellConnected([{ scope: 'user', state: 'connected' }]), true);
    for (const state of ['outdated', 'damaged'] as const) {
      const both = [
        { scope: 'user', state: 'connected' } as const,
        { scope: 'local', state } as const,
      ];
      assert.equal(isWellConnected(both), false);
    }
  });

  it('tell the scopes apart', () => {
    const texts = connectionScopes.map((scope) => scopeTexts(scope));
    for (const key of ['label', 'description', 'detail'] as const) {
      assert.equal(new Set(texts.map((each) => each[key])).size, connectionScopes.length);
    }
    // A quick pick cuts longer ones.
    for (const { detail } of texts) assert.ok(detail.length <= 80, detail);
  });
});
