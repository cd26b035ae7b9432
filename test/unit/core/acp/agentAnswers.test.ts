import { deepEqual, equal } from 'node:assert/strict';

import {
  authenticationMethods,
  authenticationNeeded,
} from '../../../../src/core/acp/authentication.ts';
import {
  abilitiesOf,
  conversationIdIn,
  conversationUpdate,
} from '../../../../src/core/acp/conversation.ts';
import {
  elicitationAnswer,
  elicitationQuestion,
  toElicitation,
} from '../../../../src/core/acp/elicitation.ts';
import { plainTail } from '../../../../src/core/acp/plainTail.ts';
import { summaryFigures, toPromptOutcome } from '../../../../src/core/acp/promptOutcome.ts';

describe('what an agent answers', () => {
  it('says how a turn ended and what it used, with what came from a cache', () => {
    const usage = { inputTokens: 1, outputTokens: 2, cachedReadTokens: 3, cachedWriteTokens: 4 };
    deepEqual(toPromptOutcome({ stopReason: 'end_turn', usage }), {
      stopReason: 'end_turn',
      usage: { promptTokens: 8, completionTokens: 2 },
      uncachedTokens: 1,
    });
    deepEqual(toPromptOutcome({ stopReason: 'refusal', usage: null }), { stopReason: 'refusal' });
    equal(toPromptOutcome({}), undefined);
  });

  it('becomes the figures of its entry, with costs only in dollars', () => {
    const outcome = { stopReason: 'end_turn', usage: { completionTokens: 2 }, uncachedTokens: 1 };
    const tokens = { inputTokens: 1n, outputTokens: 2n };
    const costMicrosUsd = 250_000n;
    deepEqual(summaryFigures(outcome, { amount: 0.25, currency: 'USD' }), {
      ...tokens,
      costMicrosUsd,
    });
    deepEqual(summaryFigures(outcome, { amount: 0.25, currency: 'EUR' }), tokens);
    deepEqual(summaryFigures({ stopReason: 'refusal' }, undefined), {});
  });

  it('tells which conversations it can take up', () => {
    deepEqual(abilitiesOf({ loadSession: true, sessionCapabilities: { resume: {} } }), {
      canLoad: true,
      canResume: true,
    });
    deepEqual(abilitiesOf(undefined), { canLoad: false, canResume: false });
    equal(conversationIdIn(conversationUpdate('x', 'new')), 'x');
    equal(conversationIdIn({ kind: 'mode', modeId: 'x' }), undefined);
  });

  it('names the ways to log in, and the command for one in a terminal', () => {
    const methods = authenticationMethods([
      { id: 'key', name: 'Key', description: null },
      { id: 'tty', name: 'Terminal', type: 'terminal', args: ['--login'] },
      'x',
    ]);
    const agent = { displayName: 'Scripted', command: 'scripted' };
    equal(
      authenticationNeeded(agent, methods),
      'Scripted wants you to log in first. Run in a terminal: "scripted --login". It offers: Key; Terminal.',
    );
  });
});

describe('what an agent wants to be told', () => {
  const requestedSchema = { type: 'object', properties: { name: { type: 'string' } } };
  const form = toElicitation({ mode: 'form', message: 'Who?', requestedSchema });
  const url = toElicitation({ mode: 'url', message: 'Log in', url: 'https://example.invalid/x' });

  it('is a form that is answered with its fields, or with a text where it has only one', () => {
    if (form === undefined) throw new Error('it is no form');
    deepEqual(elicitationAnswer(form, { kind: 'text', text: 'Ada' }), {
      action: 'accept',
      content: { name: 'Ada' },
    });
    const values = { name: { first: 'Ada' }, other: 1, toString: 'x' };
    deepEqual(elicitationAnswer(form, { kind: 'form', values }), { action: 'accept', content: {} });
    deepEqual(elicitationAnswer(form, { kind: 'declined' }), { action: 'decline' });
  });

  it('is an address that a person opens, and only one of the web', () => {
    if (url === undefined) throw new Error('it is no address');
    const [option] = elicitationQuestion(url).options ?? [];
    deepEqual(elicitationAnswer(url, { kind: 'option', optionId: option?.id ?? '' }), {
      action: 'accept',
    });
    equal(toElicitation({ mode: 'url', message: '', url: 'file:///etc/passwd' }), undefined);
    equal(toElicitation({ mode: 'dance', message: '' }), undefined);
  });
});

describe('the last that a program wrote', () => {
  it('is without colours and control characters, and cut at its beginning', () => {
    equal(plainTail('\u001B[1;31mred\u001B[0m\u0000 \u0007one\r\ntwo\n', 100), 'red one\ntwo');
    equal(plainTail('\u001B]0;title\u0007text', 100), 'text');
    equal(plainTail('abcdef', 3), '…def');
  });
});
