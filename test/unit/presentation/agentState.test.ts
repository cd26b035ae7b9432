import assert from 'node:assert/strict';
import { inEnglish } from '../../../src/presentation/agentWording.ts';
import {
  isDoing,
  shownState,
  stateColor,
  stateIcon,
  translatedState,
  type ShownState,
} from '../../../src/presentation/agentState.ts';
import { agentOf, gone, nowOf } from '../../support/agentsAtWork.ts';

const all: readonly ShownState[] = [
  ...(['alive', 'dead', 'unknown', 'complete', 'merged', 'abandoned'] as const),
  ...(['working', 'waiting', 'idle', 'quiet'] as const),
];

describe('the state of an agent as it is shown', () => {
  it('is what its hooks tell while it is at work', () => {
    for (const phase of ['working', 'waiting', 'idle', 'quiet'] as const) {
      assert.equal(shownState(agentOf('agent-a'), nowOf({ phase })), phase);
    }
    const unknown = agentOf('agent-a', {}, { liveness: 'unknown', reason: 'no-process' });
    assert.equal(shownState(unknown, nowOf()), 'working');
  });

  it('is what its process says for one without hooks, and for one whose session has ended', () => {
    assert.equal(shownState(agentOf('agent-a'), undefined), 'alive');
    assert.equal(shownState(agentOf('agent-a'), nowOf({ phase: 'ended' })), 'alive');
  });

  it('is dead or finished whatever was told last', () => {
    assert.equal(shownState(agentOf('agent-a', {}, gone), nowOf()), 'dead');
    const finished = agentOf('agent-a', { status: 'merged' }, gone);
    assert.equal(shownState(finished, nowOf({ phase: 'waiting' })), 'merged');
  });

  it('has a shape and a word of its own for each state, so that colour is not needed', () => {
    const { entry } = agentOf('agent-a');
    assert.equal(new Set(all.map((state) => stateIcon(entry, state))).size, all.length);
    assert.equal(new Set(all.map((state) => translatedState(state, inEnglish))).size, all.length);
    for (const state of all) assert.notEqual(stateColor(state), '');
  });

  it('tells what hooks say from what a process says', () => {
    assert.deepEqual(all.filter(isDoing), ['working', 'waiting', 'idle', 'quiet']);
  });
});
