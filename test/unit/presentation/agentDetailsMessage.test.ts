import { strict as assert } from 'node:assert';
import { inspect } from 'node:util';
import {
  agentDetailsActions,
  parseAgentDetailsMessage,
  parseAgentDetailsState,
} from '../../../src/presentation/agentDetailsMessage.ts';

describe('parseAgentDetailsMessage', () => {
  it('knows every action that a page has', () => {
    for (const action of agentDetailsActions) {
      assert.deepEqual(parseAgentDetailsMessage({ action }), { kind: 'action', action });
    }
    assert.deepEqual(parseAgentDetailsMessage({ action: 'ready' }), { kind: 'ready' });
    assert.deepEqual(parseAgentDetailsMessage({ action: 'showAgent', sessionId: 'agent-a' }), {
      kind: 'showAgent',
      sessionId: 'agent-a',
    });
  });

  for (const message of [
    undefined,
    null,
    'release',
    {},
    { action: 'workbench.action.terminal.new' },
    { action: 'toString' },
    { action: ['release'] },
    { action: 'showAgent' },
    { action: 'showAgent', sessionId: '../../etc/passwd' },
    { action: 'showAgent', sessionId: 7 },
  ]) {
    it(`refuses ${inspect(message)}`, () => {
      assert.equal(parseAgentDetailsMessage(message), undefined);
    });
  }
});

describe('parseAgentDetailsState', () => {
  it('reads what a page stored, whatever else it stored', () => {
    const state = { root: '/repo', sessionId: 'agent-a', openKeys: ['raw'], scrollTop: 12 };
    assert.deepEqual(parseAgentDetailsState(state), { root: '/repo', sessionId: 'agent-a' });
  });

  for (const state of [
    undefined,
    null,
    {},
    { root: '/r' },
    { root: 1, sessionId: 'a' },
    { root: '/r', sessionId: 'A/..' },
  ]) {
    it(`refuses ${inspect(state)}`, () => {
      assert.equal(parseAgentDetailsState(state), undefined);
    });
  }
});
