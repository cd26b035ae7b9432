import assert from 'node:assert/strict';
import { readAgentUpdate } from '../../../../src/core/sessions/agentUpdateCodec.ts';
import { cancelCodes, parseCancelReason } from '../../../../src/core/sessions/cancellation.ts';
import {
  executionStateTags,
  isTerminal,
  parseExecutionState,
} from '../../../../src/core/sessions/executionState.ts';
import { ExecutionFailure, toFailureInfo } from '../../../../src/core/sessions/failure.ts';
import { MalformedField } from '../../../../src/core/sessions/fieldReaders.ts';
import {
  decodeEventLine,
  encodeEventLine,
  encodeProgressEvent,
  parseProgressEvent,
} from '../../../../src/core/sessions/progressEventCodec.ts';
import { parseResumePayload } from '../../../../src/core/sessions/resumePayload.ts';
import {
  parseSessionProblem,
  SessionError,
  sessionProblemText,
} from '../../../../src/core/sessions/sessionError.ts';
import {
  encodeSessionHeader,
  parseSessionHeader,
  type SessionHeader,
} from '../../../../src/core/sessions/sessionHeader.ts';
import { newSessionId, readSessionId } from '../../../../src/core/sessions/sessionId.ts';
import { expectRunnable, parseSessionSpec } from '../../../../src/core/sessions/sessionSpec.ts';
import { sampleEvents, sampleProblems, sampleStates, sampleUpdates } from './sampleValues.ts';
import { aSpec, throwsProblem } from './sessionWorld.ts';

const overJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function malformed(parse: () => unknown, message: string): void {
  assert.throws(parse, (error) => {
    assert.ok(error instanceof MalformedField, String(error));
    assert.equal(error.message, message);
    return true;
  });
}

describe('The values of sessions', () => {
  it('A11.1 a session id is a bare text in JSON and comes back equal', () => {
    const id = newSessionId((count) => new Uint8Array(count).fill(0xab));
    assert.equal(id, 'session-abababababababababab');
    assert.equal(JSON.stringify(id), `"${id}"`);
    assert.equal(readSessionId(overJson(id), 'id'), id);
    for (const wrong of ['', '../up', 'A', 7, null, 'a'.repeat(201)]) {
      assert.throws(() => readSessionId(wrong, 'id'), MalformedField);
    }
  });

  it('A11.2 each of the five states has its tag and survives JSON', () => {
    assert.deepEqual(
      sampleStates.map(({ state }) => state),
      executionStateTags,
    );
    for (const state of sampleStates) {
      assert.deepEqual(parseExecutionState(overJson(state)), state);
      assert.equal(isTerminal(state), !['running', 'paused'].includes(state.state));
    }
  });

  it('A11.3 every event survives JSON, and a transition says its kind', () => {
    const kinds = new Set(sampleEvents.map(({ kind }) => kind));
    assert.equal(kinds.size, 9);
    for (const event of sampleEvents) {
      const text = JSON.stringify(encodeProgressEvent(event));
      const read = parseProgressEvent(JSON.parse(text));
      assert.deepEqual(read, event);
      assert.equal(JSON.stringify(encodeProgressEvent(read)), text);
    }
    const [transition] = sampleEvents;
    assert.ok(transition);
    assert.match(JSON.stringify(encodeProgressEvent(transition)), /"kind":"state-transition"/);
  });

  it('A11.4 every problem survives JSON and says its details', () => {
    const texts = sampleProblems.map((problem) => {
      assert.deepEqual(parseSessionProblem(overJson(problem)), problem);
      assert.equal(new SessionError(problem).message, sessionProblemText(problem));
      return sessionProblemText(problem);
    });
    assert.deepEqual(texts, [
      'This session cannot be started: the prompt must not be empty.',
      'The session could not be started: no such agent',
      'There is no session "session-1" here.',
      'The session asks nothing now: it is done.',
      'The question was already answered by window 2. The session asks nothing now: it is running.',
      'The question was already answered. The session is paused, with another question.',
      'The session is already cancelled.',
      'The session is already cancelled (timeout: too slow).',
      'The session waits for a batch answer, not for a single one.',
      'The session asks no question "q-9". Open: "q-1".',
      'The question "q-0" is answered twice.',
      'All questions are answered at once. Without an answer: "q-1", "q-2".',
      'The question "q-0" takes one of these options: "yes", "no".',
    ]);
  });

  it('a problem of a newer version is still one', () => {
    const problem = parseSessionProblem({ code: 'out-of-tokens', limit: 3 });
    assert.match(sessionProblemText(problem), /out-of-tokens/);
  });
});

describe('Parsers of sessions', () => {
  it('name the field that is wrong', () => {
    const event = { kind: 'tick', phase: 'x', sequence: 1, atMs: 1 };
    malformed(
      () => parseProgressEvent({ ...event, sequence: -1 }),
      '"sequence" must be a whole number of at least 0.',
    );
    malformed(() => parseProgressEvent({ ...event, phase: 1 }), '"phase" must be a text.');
    malformed(() => parseProgressEvent([]), 'The value must be an object.');
    const pause = { kind: 'single', pausedAtMs: 1, prompts: [{ queryId: 'q', text: 'a' }, {}] };
    malformed(
      () => parseExecutionState({ state: 'paused', pause }),
      '"pause.prompts[1].queryId" must be a text of 1 to 4096 characters.',
    );
    malformed(
      () => parseExecutionState({ state: 'asleep' }),
      '"state" must be one of running, paused, done, cancelled, failed.',
    );
    malformed(
      () => parseResumePayload({ kind: 'batch', responses: [{ queryId: 'q', response: {} }] }),
      '"responses[0].response.kind" must be one of text, option, form, declined.',
    );
    malformed(
      () => parseCancelReason({ code: 'killed', requestedAtMs: 1 }),
      `"code" must be one of ${cancelCodes.join(', ')}.`,
    );
  });

  it('read answers of both kinds', () => {
    const one = { queryId: 'q-0', response: { kind: 'option', optionId: 'yes' } };
    assert.deepEqual(parseResumePayload({ kind: 'single', ...one }), { kind: 'single', ...one });
    const batch = { kind: 'batch', responses: [one] };
    assert.deepEqual(parseResumePayload(overJson(batch)), batch);
  });

  it('keep an event of an unknown kind as it is', () => {
    const value = { v: 1, kind: 'weather', sequence: 7, atMs: 5, sky: { blue: true } };
    const event = parseProgressEvent(value);
    assert.deepEqual(event, {
      kind: 'opaque',
      name: 'weather',
      record: value,
      sequence: 7,
      atMs: 5,
    });
    assert.deepEqual(encodeProgressEvent(event), value);
  });

  it('keep an event that a newer version changed, and refuse a broken one of this version', () => {
    const value = { kind: 'tick', stage: 'running', sequence: 7, atMs: 5 };
    assert.equal(parseProgressEvent({ v: 2, ...value }).kind, 'opaque');
    malformed(() => parseProgressEvent({ v: 1, ...value }), '"phase" must be a text.');
    const withMore = { v: 2, ...value, phase: 'running' };
    assert.equal(parseProgressEvent(withMore).kind, 'tick');
  });

  it('take words of newer versions for the next best', () => {
    const update = readAgentUpdate(
      {
        kind: 'tool-call',
        call: {
          callId: 'c',
          title: 't',
          toolKind: 'teleport',
          status: 'evaporated',
          content: [{ kind: 'hologram', data: 1 }],
          locations: [],
        },
      },
      '',
    );
    assert.equal(update.kind, 'tool-call');
    assert.equal(update.call.toolKind, 'other');
    assert.equal(update.call.status, 'in-progress');
    assert.deepEqual(update.call.content, [
      { kind: 'other', name: 'hologram', value: { kind: 'hologram', data: 1 } },
    ]);
    assert.deepEqual(readAgentUpdate({ kind: 'smell', of: 'roses' }, ''), {
      kind: 'other',
      name: 'smell',
      value: { kind: 'smell', of: 'roses' },
    });
    const failed = parseExecutionState({
      state: 'failed',
      failure: { kind: 'eaten-by-bear', message: 'ouch', occurredAtMs: 1 },
    });
    assert.deepEqual(failed, {
      state: 'failed',
      failure: { kind: 'other', message: 'ouch', occurredAtMs: 1 },
    });
  });

  it('refuse a cancelled state within a cancelled state', () => {
    const [, , , cancelled] = sampleStates;
    assert.equal(cancelled?.state, 'cancelled');
    const nested = { state: 'cancelled', cancel: { ...cancelled.cancel, stateBefore: cancelled } };
    malformed(
      () => parseExecutionState(overJson(nested)),
      '"cancel.stateBefore.state" must be one of running, paused.',
    );
  });

  it('read all that an agent tells', () => {
    for (const update of sampleUpdates) {
      assert.deepEqual(readAgentUpdate(overJson(update), ''), update);
    }
  });

  it('say of each line of a log whether it holds an event', () => {
    const [event] = sampleEvents;
    assert.ok(event);
    const line = encodeEventLine(event);
    assert.ok(line.endsWith('}\n'));
    assert.deepEqual(decodeEventLine(line), event);
    for (const broken of [line.slice(0, 20), '', '[]', '{}']) {
      const read = decodeEventLine(broken);
      assert.ok('problem' in read && read.problem !== '' && read.text === broken, broken);
    }
  });

  it('read the header of a session, also of a newer version', () => {
    const header: SessionHeader = {
      sessionId: 'session-1',
      createdAtMs: 5,
      spec: {
        ...aSpec,
        parent: { sessionId: 'agent-a', actorKey: 'human:ann' },
        contextFiles: ['src/a.ts'],
        resumes: { sessionId: 'session-0', conversationId: 'c' },
      },
      host: { pid: 7, bootId: 'b', processStart: 's', pidNamespace: 'n', startedAt: 'now' },
    };
    const encoded = encodeSessionHeader(header);
    assert.deepEqual(parseSessionHeader(overJson(encoded)), header);
    assert.deepEqual(parseSessionHeader({ ...encoded, v: 9, mood: 'good' }), header);
    malformed(
      () => parseSessionHeader({ ...encoded, host: { pid: 'x' } }),
      '"host" is no process. "pid" must be a whole number below 2^53.',
    );
    malformed(
      () => parseSessionHeader({ ...encoded, spec: { ...aSpec, resumes: {} } }),
      '"spec.resumes" must name a session or a conversation.',
    );
  });
});

describe('A spec of a session', () => {
  it('comes out of a message, or is refused with the field named', () => {
    assert.deepEqual(parseSessionSpec(overJson(aSpec)), aSpec);
    const problem = throwsProblem(() => parseSessionSpec({ ...aSpec, cwd: 1 }), 'invalid-spec');
    assert.match(problem.reason, /^"cwd" must be/);
    assert.match(
      throwsProblem(() => parseSessionSpec({ kind: 'dream' }), 'invalid-spec').reason,
      /"kind" must be one of run, advice, eval/,
    );
  });

  it('can be run only when it has a prompt, an agent and a folder', () => {
    assert.equal(expectRunnable(aSpec), aSpec);
    for (const wrong of [{ prompt: ' \n' }, { agent: '' }, { cwd: ' ' }]) {
      throwsProblem(() => expectRunnable({ ...aSpec, ...wrong }), 'invalid-spec');
    }
    throwsProblem(
      () => expectRunnable({ ...aSpec, prompt: 'x'.repeat(1_000_001) }),
      'invalid-spec',
    );
  });

  it('of another kind is refused by the name of the kind', () => {
    for (const kind of ['advice', 'eval']) {
      const spec = parseSessionSpec({ kind, strategy: 'x' });
      const { reason } = throwsProblem(() => expectRunnable(spec), 'invalid-spec');
      assert.ok(reason.includes(`"${kind}"`), reason);
    }
  });
});

describe('toFailureInfo', () => {
  it('takes what an executor says of its failure, and else calls it an engine error', () => {
    const failure = new ExecutionFailure('spawn-failed', 'No agent.', { exitCode: 1 });
    assert.deepEqual(toFailureInfo(failure, 5), {
      kind: 'spawn-failed',
      message: 'No agent.',
      occurredAtMs: 5,
      process: { exitCode: 1 },
    });
    assert.equal(toFailureInfo(new TypeError('x'), 5).kind, 'engine-error');
    assert.deepEqual(toFailureInfo('just text', 5), {
      kind: 'engine-error',
      message: 'just text',
      occurredAtMs: 5,
    });
  });
});
