import assert from 'node:assert/strict';
import type { ProcessState } from '../../../../src/core/agents/liveness.ts';
import { authenticationNeeded } from '../../../../src/core/acp/authentication.ts';
import { cachedProbe } from '../../../../src/extension/sessions/cachedProbe.ts';
import { withSelection } from '../../../../src/extension/sessions/commands/selectionPrompt.ts';
import { logInCommand } from '../../../../src/extension/sessions/logInCommand.ts';
import { minimalEdit } from '../../../../src/extension/sessions/minimalEdit.ts';
import { ToldQuestions } from '../../../../src/extension/sessions/toldQuestions.ts';
import { isWithin } from '../../../../src/extension/sessions/windowConcern.ts';
import { acpPresets } from '../../../../src/harnesses/acpPresets.ts';
import { isLogInNeeded } from '../../../../src/presentation/sessions/logInNeeded.ts';

describe('the change of a text in an editor', () => {
  const texts = ['', 'a', 'aa', 'one\ntwo\nthree', 'one\r\ntwo', 'one\ntwo', '😀x', '😁x', 'x😀'];
  const apply = (before: string, after: string): string => {
    const edit = minimalEdit(before, after);
    if (edit === undefined) return before;
    return before.slice(0, edit.start) + edit.text + before.slice(edit.end);
  };

  it('leads from every text to every other, and is none between equal ones', () => {
    for (const before of texts) {
      for (const after of texts) {
        assert.equal(apply(before, after), after);
        assert.equal(minimalEdit(before, after) === undefined, before === after);
      }
    }
  });

  it('leaves both ends alone and cuts no character apart', () => {
    const edit = minimalEdit('one\ntwo\nthree', 'one\n2\nthree');
    assert.deepEqual(edit, { start: 4, end: 7, text: '2' });
    assert.deepEqual(minimalEdit('a😀b', 'a😁b'), { start: 1, end: 3, text: '😁' });
    assert.deepEqual(minimalEdit('a\r\nb', 'a\nb'), { start: 1, end: 3, text: '\n' });
  });
});

describe('logging in to an agent', () => {
  it('has a command for each agent that we know', () => {
    for (const { id, logIn } of acpPresets()) {
      assert.match(logInCommand(logIn) ?? '', /^[a-z-]+( [a-z]+)*$/, id);
    }
    assert.equal(logInCommand('Set API_KEY.'), undefined);
  });

  it('is known to be needed from how a session failed', () => {
    const agent = { displayName: 'Codex', command: 'codex' };
    const methods = [{ id: 'x', name: 'Browser', description: 'opens a page' }];
    for (const message of [
      authenticationNeeded(agent, methods),
      authenticationNeeded({ ...agent, logIn: 'Run it.' }, []),
    ]) {
      assert.ok(isLogInNeeded({ kind: 'agent-error', message }));
      assert.ok(!isLogInNeeded({ kind: 'engine-error', message }));
    }
    assert.ok(!isLogInNeeded({ kind: 'agent-error', message: 'Codex has no credit left.' }));
  });
});

describe('the prompt of a selection', () => {
  const selection = { path: '/r/a.ts', text: 'x\ny\n', firstLine: 3, lastLine: 4 };

  it('names and quotes what is selected', () => {
    assert.equal(
      withSelection('Fix', selection),
      'Fix\n\nThis is about lines 3 to 4 of /r/a.ts:\n\n```\nx\ny\n```',
    );
    assert.equal(withSelection('Fix', undefined), 'Fix');
  });

  it('fences a text so that it cannot end the fence', () => {
    const prompt = withSelection('Fix', { ...selection, text: '````\nmore' });
    assert.match(prompt, /\n`{5}\n````\nmore\n`{5}$/);
  });

  it('only names what is very long', () => {
    const prompt = withSelection('Fix', { ...selection, text: 'x'.repeat(30_000) });
    assert.match(prompt, /lines 3 to 4 of \/r\/a\.ts\.$/);
  });
});

describe('the questions that were told', () => {
  it('are told once, also after a reload of the window', () => {
    const stored = new Map<string, unknown>();
    const memory = {
      get: (key: string) => stored.get(key),
      update: (key: string, value: unknown) => {
        stored.set(key, value);
        return Promise.resolve();
      },
    };
    const told = new ToldQuestions(memory);
    assert.deepEqual(
      ['a', 'b', 'a'].map((key) => told.add(key)),
      [true, true, false],
    );
    const again = new ToldQuestions(memory);
    assert.deepEqual(
      ['a', 'c'].map((key) => again.add(key)),
      [false, true],
    );
    for (let i = 0; i < 1000; i += 1) again.add(`more ${i}`);
    assert.equal([...stored.values()].flat().length, 300);
  });
});

describe('a probe that remembers', () => {
  it('asks again for other processes and after a while', async () => {
    let count = 0;
    let nowMs = 0;
    const probe = cachedProbe(
      {
        host: () => Promise.reject(new Error('not asked')),
        probe: (pids) => {
          count += 1;
          return Promise.resolve(
            new Map(pids.map((pid): [number, ProcessState] => [pid, { kind: 'gone' }])),
          );
        },
      },
      { ttlMs: 100, now: () => nowMs },
    );
    await probe.probe([1]);
    await probe.probe([1]);
    assert.equal(count, 1);
    assert.ok((await probe.probe([1, 2])).has(2));
    nowMs = 100;
    await probe.probe([1, 2]);
    assert.equal(count, 3);
  });
});

describe('a folder', () => {
  it('contains itself and what is below it, by whole names', () => {
    assert.ok(isWithin('/a/b', '/a') && isWithin('/a', '/a') && isWithin('/a', '/'));
    assert.ok(!isWithin('/ab', '/a') && !isWithin('/a', '/a/b'));
  });
});
