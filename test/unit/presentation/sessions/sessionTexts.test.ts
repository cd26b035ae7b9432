import { readSessionSpec } from '../../../../src/core/sessions/sessionSpec.ts';
import { deepEqual, equal, match } from 'node:assert/strict';
import { failureKinds } from '../../../../src/core/sessions/failure.ts';
import { cancelCodes } from '../../../../src/core/sessions/cancellation.ts';
import { diffLines, diffSummary } from '../../../../src/presentation/sessions/diffLines.ts';
import { fieldValue, formFields } from '../../../../src/presentation/sessions/questionForm.ts';
import { planText, shownPlan } from '../../../../src/presentation/sessions/planProgress.ts';
import { sessionToJson } from '../../../../src/presentation/sessions/sessionJson.ts';
import { stepText } from '../../../../src/presentation/sessions/sessionStep.ts';
import { sessionUsageText } from '../../../../src/presentation/sessions/sessionUsage.ts';
import {
  cancelSentence,
  endSentence,
  problemSentence,
  sessionWord,
  sessionWordText,
  shownFailure,
  stopSentence,
} from '../../../../src/presentation/sessions/sessionWords.ts';
import {
  answerText,
  questionMessage,
  shownQuestion,
} from '../../../../src/presentation/sessions/shownQuestion.ts';
import type { EventContent } from '../../../../src/core/sessions/progressEvent.ts';
import {
  aPause,
  asks,
  header,
  isAllowed,
  isDone,
  says,
  startMs,
  thinks,
  transcriptOf,
  update,
  uses,
} from './sessionEvents.ts';

describe('the words for sessions', () => {
  it('a session that is being wound up is not simply running', () => {
    const reason = { code: 'user', by: 'Ana', requestedAtMs: 1 } as const;
    equal(sessionWordText(sessionWord({ state: 'running' }, reason)), 'being cancelled');
    equal(sessionWordText(sessionWord({ state: 'running' }, undefined)), 'running');
    equal(
      sessionWordText(sessionWord({ state: 'paused', pause: aPause }, undefined)),
      'waiting for you',
    );
  });

  it('says who cancelled and why, for every code', () => {
    const say = (fields: object): string =>
      cancelSentence({ code: 'user', requestedAtMs: 1, ...fields });
    equal(say({ by: 'Ana', detail: 'not needed' }), 'Cancelled by Ana: not needed.');
    equal(say({ by: 'Ana' }), 'Cancelled by Ana.');
    equal(say({}), 'Cancelled by a person.');
    for (const code of cancelCodes) match(say({ code }), /^Cancelled .+\.$/);
    equal(say({ by: '\u001b[31m' }), 'Cancelled by ⟨U+001B⟩[31m.');
  });

  it('says what failed, for every kind, with what is known of the program', () => {
    const failure = { kind: 'agent-error', message: 'kaputt', occurredAtMs: 1 } as const;
    equal(endSentence({ state: 'failed', failure }), 'The agent could not go on: kaputt.');
    const titles = failureKinds.map((kind) => shownFailure({ ...failure, kind }).title);
    equal(new Set(titles).size, failureKinds.length);
    const process = { exitCode: 3, stderrTail: 'a\u001b[2J\nb\n' };
    const { ending, stderr } = shownFailure({ ...failure, process });
    deepEqual([ending, stderr], ['exit code 3', 'a⟨U+001B⟩[2J\nb']);
    equal(shownFailure({ ...failure, process: { signal: 'SIGKILL' } }).ending, 'ended by SIGKILL');
  });

  it('says why an agent stopped, where that is not the usual end', () => {
    equal(stopSentence('end_turn'), undefined);
    equal(stopSentence('refusal'), 'The agent refuses to do this.');
    equal(stopSentence('new_word'), 'It stopped: new_word.');
  });

  it('tells the second who answers that somebody was first', () => {
    const answered = { by: 'Ana', atMs: 1 };
    equal(
      problemSentence({ code: 'not-paused', actual: 'running', answered }),
      'Ana has answered the question. The session asks nothing now: it is running.',
    );
    equal(
      problemSentence({
        code: 'already-answered',
        queryId: 'q',
        actual: 'paused',
        answered: { atMs: 1 },
      }),
      'Somebody else has answered the question.',
    );
  });

  it('says what is used, only as far as it is known', () => {
    equal(sessionUsageText(undefined), undefined);
    equal(sessionUsageText({}), undefined);
    equal(
      sessionUsageText({
        tokens: { promptTokens: 30_000, completionTokens: 1200, isEstimate: true },
        cost: { amount: 0.42, currency: 'USD' },
      }),
      '≈31 k tokens · $0.42',
    );
    equal(sessionUsageText({ cost: { amount: 1.5, currency: 'EUR' } }), '1.50 EUR');
  });

  it('says how far a plan has come', () => {
    equal(shownPlan([]), undefined);
    const plan = shownPlan([
      { content: 'a', priority: 'low', status: 'completed' },
      { content: 'b\nc', priority: 'low', status: 'in-progress' },
    ]);
    equal(plan && planText(plan), '1 of 2 steps');
    equal(plan?.current, 'b c');
  });
});

describe('the current step of a session', () => {
  const step = (contents: readonly EventContent[]): string => {
    const { record, digest } = transcriptOf(contents);
    return stepText(record, digest);
  };

  it('is the tool, else the step of the plan, else what it does', () => {
    const plan = update({
      kind: 'plan',
      entries: [{ content: 'Write tests', priority: 'low', status: 'in-progress' }],
    });
    const over = update({ kind: 'tool-call-update', call: { callId: 'c1', status: 'completed' } });
    equal(step([]), 'starting');
    equal(step([thinks('x')]), 'thinking');
    equal(step([says('x')]), 'writing');
    equal(step([plan, thinks('x')]), 'Write tests');
    equal(step([plan, uses()]), 'Edit app.ts');
    equal(step([plan, uses(), over]), 'Write tests');
    equal(step([uses(), over]), 'working');
    equal(step([uses({ title: '', locations: [{ path: '/repo/a.ts' }] })]), 'Edit a.ts');
  });

  it('is the question while it asks, and how it ended after the end', () => {
    equal(step(asks), 'Edit src/app.ts?');
    equal(step([...asks, ...isAllowed]), 'working');
    equal(step([says('Fixed it.\nAll of it.'), isDone]), 'Fixed it.');
    equal(step([isDone]), 'It is done.');
    const reason = { code: 'user', by: 'Ana', requestedAtMs: 1 } as const;
    equal(step([{ kind: 'cancel-requested', reason }]), 'Cancelled by Ana.');
  });

  it('what is told again of an earlier session is no step', () => {
    equal(step([{ ...uses(), isReplayed: true } as EventContent]), 'starting');
  });
});

describe('questions', () => {
  it('a notification names the agent, the question and the file, and links to nothing', () => {
    const [prompt] = aPause.prompts;
    const ask = (text: string): string =>
      questionMessage(shownQuestion({ ...prompt, queryId: 'q', text }, '/repo'), {
        agent: 'Claude',
      });
    equal(ask('Edit src/app.ts?'), 'Claude asks: Edit src/app.ts?');
    equal(ask('May I?'), 'Claude asks: May I? (src/app.ts)');
    equal(ask('[x](command:y)'), 'Claude asks: [x]\u2060(command:y) (src/app.ts)');
  });

  it('an answer is told by the label of its option', () => {
    const question = shownQuestion({ ...aPause.prompts[0], queryId: 'q', text: '' }, '/repo');
    equal(answerText({ kind: 'option', optionId: 'allow' }, question), 'Allow once');
    equal(answerText({ kind: 'option', optionId: 'new' }, question), 'new');
    equal(answerText({ kind: 'form', values: { a: 1, b: 'x' } }, undefined), 'a: 1, b: x');
    equal(answerText({ kind: 'declined' }, question), undefined);
  });

  it('a form has its plain fields, and takes only what they take', () => {
    const fields = formFields({
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', title: 'Size' },
        color: { type: 'string', enum: ['red', 'blue'], enumNames: ['Red', 'Blue'] },
        many: { type: 'array', items: { enum: ['a', 'b'] } },
        sure: { type: 'boolean', default: true },
        name: { type: 'string' },
      },
    });
    const take = (name: string, typed: string): unknown => {
      const field = fields.find((each) => each.name === name);
      return field && fieldValue(field, typed);
    };
    deepEqual(
      fields.map(({ name, type, isRequired, preset }) => [name, type, isRequired, preset]),
      [
        ['size', 'integer', true, undefined],
        ['color', 'choice', false, undefined],
        ['many', 'choices', false, undefined],
        ['sure', 'flag', false, 'true'],
        ['name', 'text', false, undefined],
      ],
    );
    deepEqual(
      [take('size', '10'), take('size', '1.5'), take('size', '')],
      [10, undefined, undefined],
    );
    deepEqual([take('color', 'Blue'), take('color', 'green')], ['blue', undefined]);
    deepEqual([take('many', 'a, b'), take('many', 'a,c')], [['a', 'b'], undefined]);
    deepEqual([take('sure', 'no'), take('sure', 'perhaps')], [false, undefined]);
    equal(take('name', 'Ann'), 'Ann');
    deepEqual(formFields('nonsense'), []);
  });
});

describe('differences', () => {
  const signs = (before: string | undefined, after: string): readonly string[] =>
    diffLines(before, after).lines.map(({ sign, text }) => `${sign}${text}`);

  it('shows what differs with three lines around it', () => {
    const before = '1\n2\n3\n4\n5\n6\n7\n8\n9\n';
    const lines = signs(before, before.replace('5', 'five'));
    deepEqual(lines, [' 2', ' 3', ' 4', '-5', '+five', ' 6', ' 7', ' 8']);
    const far = signs(`${before}${before}`, `one${before}${before}nine`);
    deepEqual(far, ['-1', '+one1', ' 2', ' 3', ' 4', 'gap', ' 7', ' 8', ' 9', '+nine']);
  });

  it('counts what was added and removed, also of a new file and of equal texts', () => {
    equal(diffSummary(diffLines('a\nb\n', 'a\nc\nd\n')), '+2 −1');
    equal(diffSummary(diffLines(undefined, 'a\nb')), '+2');
    equal(diffSummary(diffLines('a', 'a')), '±0');
  });

  it('is bounded for huge texts, and harmless', () => {
    const many = (word: string): string =>
      Array.from({ length: 5000 }, (_, i) => `${word}${i}`).join('\n');
    const { lines, more, added, removed } = diffLines(many('a'), many('b'), { maxLines: 10 });
    deepEqual([lines.length, more, added, removed], [10, 9990, 5000, 5000]);
    deepEqual(signs('a', '\u001b[31m'), ['-a', '+⟨U+001B⟩[31m']);
  });
});

describe('the JSON record of a session', () => {
  it('has every field, null where nothing is known', () => {
    const { record, digest } = transcriptOf([]);
    deepEqual(sessionToJson(record, digest), {
      session_id: header.sessionId,
      agent: 'claude',
      identity: null,
      prompt: 'Fix the login',
      cwd: '/repo',
      state: 'running',
      created_at_ms: startMs,
      ended_at_ms: null,
      host: null,
      entry_session_id: null,
      parent: null,
      resumes: null,
      pause: null,
      outcome: null,
      usage: null,
      stop_reason: null,
    });
  });

  it('names the agent whose turn it is', () => {
    const { record, digest } = transcriptOf([]);
    const spec = { kind: 'run', agent: 'claude', prompt: 'x', cwd: '/repo', identity: 'reviewer' };
    const own = { ...record.header, spec: readSessionSpec(spec, 'spec') };
    equal(sessionToJson({ ...record, header: own }, digest).identity, 'reviewer');
  });

  it('tells the question with its options and its diffs', () => {
    const { record, digest } = transcriptOf(asks);
    deepEqual(sessionToJson(record, digest).pause, {
      kind: 'single',
      paused_at_ms: startMs + 3000,
      prompts: [
        {
          query_id: 'q-0',
          text: 'Edit src/app.ts?',
          options: [
            { id: 'allow', label: 'Allow once', kind: 'allow-once' },
            { id: 'reject', label: 'Reject', kind: 'reject-once' },
          ],
          subject: {
            kind: 'tool-call',
            call_id: 'c1',
            title: 'Edit app.ts',
            tool_kind: 'edit',
            status: 'pending',
            locations: [],
            diffs: [
              {
                path: '/repo/src/app.ts',
                old_text: 'one\ntwo\nthree\n',
                new_text: 'one\nTWO\nthree\nfour\n',
              },
            ],
          },
        },
      ],
    });
  });

  it('tells how it ended', () => {
    const failed = transcriptOf([
      {
        kind: 'state-transition',
        from: 'running',
        to: 'failed',
        outcome: {
          state: 'failed',
          failure: {
            kind: 'spawn-failed',
            message: 'No such program.',
            occurredAtMs: 7,
            process: { exitCode: 127 },
          },
        },
      },
    ]);
    const json = sessionToJson(failed.record, failed.digest);
    equal(json.ended_at_ms, 7);
    deepEqual(json.outcome, {
      state: 'failed',
      kind: 'spawn-failed',
      message: 'No such program.',
      process: { exit_code: 127, signal: null, stderr_tail: null },
    });
  });
});
