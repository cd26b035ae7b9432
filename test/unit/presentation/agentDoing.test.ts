import assert from 'node:assert/strict';
import type { RunningTool } from '../../../src/core/harness/sessionAgent.ts';
import {
  doingSentence,
  doingSinceMs,
  doingWords,
  pathEnd,
  toolWords,
} from '../../../src/presentation/agentDoing.ts';
import { noonMs, nowOf } from '../../support/agentsAtWork.ts';

const toolOf = (fields: Partial<RunningTool>): RunningTool => ({
  name: 'Edit',
  does: 'edit',
  paths: [],
  sinceMs: noonMs + 5000,
  ...fields,
});

describe('what an agent does, in words', () => {
  it('names the tool by what it does, with the file', () => {
    const words: readonly (readonly [Partial<RunningTool>, string])[] = [
      [{ paths: ['src/app.ts'] }, 'editing src/app.ts'],
      [{ paths: ['src/app.ts', 'a', 'b'] }, 'editing src/app.ts and 2 more'],
      [{}, 'editing a file'],
      [{ name: 'Read', does: 'read', paths: ['a.md'] }, 'reading a.md'],
      [{ name: 'Read', does: 'read' }, 'reading a file'],
      [{ name: 'Bash', does: 'shell' }, 'running a command'],
      [{ name: 'WebFetch', does: 'other' }, 'WebFetch'],
    ];
    for (const [tool, expected] of words) assert.equal(toolWords(toolOf(tool)), expected);
    assert.equal(toolWords(undefined), undefined);
    assert.equal(toolWords(toolOf({ name: '', does: 'other' })), undefined);
  });

  it('makes one plain line of a hostile name', () => {
    const name = `a\nb\u001b[31m\u202e${'x'.repeat(200)}`;
    const words = toolWords(toolOf({ name, does: 'other' })) ?? '';
    assert.doesNotMatch(words, /[\n\u001b\u202e]/);
    assert.ok(words.length <= 60, words);
  });

  it('says the phase when no tool runs', () => {
    assert.equal(doingWords(nowOf()), 'working');
    assert.equal(doingWords(nowOf({ phase: 'idle' })), 'idle');
    assert.equal(doingWords(nowOf({ phase: 'quiet' })), 'quiet');
    assert.equal(doingWords(nowOf({ phase: 'ended' })), 'ended');
  });

  it('says what a waiting agent wants of the person', () => {
    const waits = (reason: 'permission' | 'question' | 'idle'): ReturnType<typeof nowOf> =>
      nowOf({ phase: 'waiting', waitsFor: { reason, text: undefined } });
    assert.equal(doingWords(waits('permission')), 'waiting for you · permission');
    assert.equal(doingWords(waits('question')), 'waiting for you · question');
    assert.equal(doingWords(waits('idle')), 'waiting for you');
    assert.match(doingSentence(waits('question')) ?? '', /question/);
    assert.match(doingSentence(waits('permission')) ?? '', /permission/);
  });

  it('keeps the end of a long path, from a folder on', () => {
    const path = 'packages/shop/source/features/checkout/components/total.ts';
    const shown = pathEnd(path);
    assert.ok(shown.length <= 48, shown);
    assert.match(shown, /^…\/.*\/total\.ts$/);
    assert.ok(path.endsWith(shown.slice(1)));
    assert.equal(pathEnd('a/b.ts'), 'a/b.ts');
    assert.ok(pathEnd(`a/${'x'.repeat(100)}`).length <= 48);
  });

  it('counts from the beginning of the call, else of the phase', () => {
    assert.equal(doingSinceMs(nowOf({ tool: toolOf({}) })), noonMs + 5000);
    assert.equal(doingSinceMs(nowOf()), noonMs);
    assert.equal(doingSinceMs(nowOf({ phase: 'quiet', tool: toolOf({}) })), noonMs);
  });
});
