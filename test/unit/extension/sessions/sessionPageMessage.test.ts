import assert from 'node:assert/strict';
import { responsesOfPage } from '../../../../src/extension/sessions/page/pageAnswers.ts';
import {
  parseSessionPageMessage,
  parseSessionPageState,
  type PageAnswer,
} from '../../../../src/extension/sessions/page/sessionPageMessage.ts';
import type { PausePrompt } from '../../../../src/core/sessions/pause.ts';
import { shownQuestion } from '../../../../src/presentation/sessions/shownQuestion.ts';

describe('what the page of a session posts', () => {
  it('is read', () => {
    for (const kind of ['ready', 'cancel', 'rerun', 'showAgent', 'copyId']) {
      assert.deepEqual(parseSessionPageMessage({ action: kind }), { kind });
    }
    assert.deepEqual(parseSessionPageMessage({ action: 'followUp', prompt: 'x' }), {
      kind: 'followUp',
      prompt: 'x',
    });
    for (const place of ['context', '12', '12/0']) {
      const message = { action: 'openFile', place, index: 1 };
      assert.deepEqual(parseSessionPageMessage(message), { kind: 'openFile', place, index: 1 });
    }
    const answers = [
      { kind: 'option', option: 1 },
      { kind: 'text', text: '' },
      {
        kind: 'fields',
        fields: [
          { field: 0, value: true },
          { field: 1, value: [0, 2] },
        ],
      },
      { kind: 'declined' },
    ];
    const message = { action: 'answer', entry: 12, answers };
    assert.deepEqual(parseSessionPageMessage(message), { kind: 'answer', entry: 12, answers });
  });

  it('is ignored when no page of ours would post it', () => {
    const wrong: readonly unknown[] = [
      undefined,
      'ready',
      { action: 'run' },
      { action: 'followUp' },
      { action: 'openFile', place: '../x', index: 0 },
      { action: 'openFile', place: '1', index: -1 },
      { action: 'showDiff', place: '1', index: '0' },
      { action: 'answer', entry: 1 },
      { action: 'answer', entry: 1, answers: [undefined] },
      { action: 'answer', entry: 1, answers: [{ kind: 'option', option: 'allow' }] },
      {
        action: 'answer',
        entry: 1,
        answers: [{ kind: 'fields', fields: [{ field: 0, value: {} }] }],
      },
    ];
    for (const message of wrong) assert.equal(parseSessionPageMessage(message), undefined);
  });

  it('is remembered with the session that it is about, and nothing else', () => {
    const ref = { root: '/r', sessionId: 'session-1' };
    assert.deepEqual(parseSessionPageState({ ...ref, drafts: [] }), ref);
    for (const state of [undefined, {}, { ...ref, sessionId: '../x' }, { ...ref, root: 1 }]) {
      assert.equal(parseSessionPageState(state), undefined);
    }
  });
});

describe('what somebody puts in on a page', () => {
  const options = [
    { id: 'a', label: 'Allow' },
    { id: 'r', label: 'Reject' },
  ];
  const schema = {
    properties: {
      name: { type: 'string' },
      count: { type: 'integer' },
      tags: { type: 'array', items: { enum: ['x', 'y', 'z'] } },
      isSure: { type: 'boolean' },
    },
    required: ['name'],
  };
  const asked = (fields: Partial<PausePrompt>) =>
    shownQuestion({ queryId: 'q', text: 'Well?', ...fields }, '/repo');
  const form = asked({ subject: { kind: 'form', schema } });
  const given = (question: ReturnType<typeof asked>, answer: PageAnswer) =>
    responsesOfPage([question], [answer]);

  it('becomes the answer to the question', () => {
    assert.deepEqual(given(asked({ options }), { kind: 'option', option: 1 }), {
      kind: 'complete',
      responses: [{ queryId: 'q', response: { kind: 'option', optionId: 'r' } }],
    });
    assert.deepEqual(given(asked({}), { kind: 'text', text: 'So.' }), {
      kind: 'complete',
      responses: [{ queryId: 'q', response: { kind: 'text', text: 'So.' } }],
    });
    const fields = [
      { field: 0, value: 'Ana' },
      { field: 1, value: '3' },
      { field: 2, value: [0, 2] },
      { field: 3, value: false },
    ];
    assert.deepEqual(given(form, { kind: 'fields', fields }), {
      kind: 'complete',
      responses: [
        {
          queryId: 'q',
          response: {
            kind: 'form',
            values: { name: 'Ana', count: 3, tags: ['x', 'z'], isSure: false },
          },
        },
      ],
    });
  });

  it('is refused where a field does not take it or is required', () => {
    const wrong = [
      [{ field: 0, value: '' }],
      [
        { field: 0, value: 'Ana' },
        { field: 1, value: 'three' },
      ],
      [
        { field: 0, value: 'Ana' },
        { field: 2, value: [7] },
      ],
    ];
    const labels = wrong.map((fields) => {
      const outcome = given(form, { kind: 'fields', fields });
      return outcome.kind === 'incomplete' ? outcome.label : outcome.kind;
    });
    assert.deepEqual(labels, ['name', 'count', 'tags']);
  });

  it('is outdated when the question is another one', () => {
    const outdated = { kind: 'outdated' };
    assert.deepEqual(given(asked({ options }), { kind: 'option', option: 2 }), outdated);
    assert.deepEqual(given(asked({ options }), { kind: 'text', text: 'allow' }), outdated);
    assert.deepEqual(responsesOfPage([asked({})], []), outdated);
  });
});
