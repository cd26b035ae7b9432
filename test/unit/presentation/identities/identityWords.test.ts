import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { parseAgentIdentity, runtimeIdOf } from '../../../../src/core/identities/agentIdentity.ts';
import { continuityFailureKinds } from '../../../../src/core/identities/continuityRecord.ts';
import type { DurableAgentSpec } from '../../../../src/core/identities/durableAgentSpec.ts';
import { identityStates } from '../../../../src/core/identities/identityState.ts';
import type { ListedIdentity } from '../../../../src/core/identities/listedIdentity.ts';
import { historyText } from '../../../../src/presentation/identities/historyWords.ts';
import {
  identityToJson,
  outcomeToJson,
} from '../../../../src/presentation/identities/identityJson.ts';
import {
  deleteLossSentence,
  failureSentence,
  heldElsewhereSentence,
  identityName,
  identityProblemSentence,
  identityStateText,
  identityWord,
  identityWordText,
  leaseText,
  listedProblemText,
  resetLossSentence,
  unusableSpecSentence,
} from '../../../../src/presentation/identities/identityWords.ts';
import {
  outcomeSentence,
  outcomesText,
  outcomeWordText,
  reconcileSentence,
  type ShownOutcome,
} from '../../../../src/presentation/identities/outcomeWords.ts';

const identity = parseAgentIdentity('reviewer');
const spec: DurableAgentSpec = {
  ...{ identity, profile: 'claude', labels: {} },
  addressability: 'addressable',
  ...{ additionalInstructions: [], peers: [] },
};
const record = {
  ...{ identity, runtimeId: runtimeIdOf(identity, 2), sessionId: 'conversation-0123456789' },
  ...{ generation: 2, checkpointVersion: 7 },
};
const holder = { instance: 'w-1', label: 'a window of Ada\u001b[31m', pid: 12 };
const hostile = /[\u0000-\u001f\u007f-\u009f]/;

function listed(fields: Partial<ListedIdentity> = {}): ListedIdentity {
  return {
    ...{ identity, spec, problems: [], state: 'dormant', record, waitingMessages: 0, peers: [] },
    ...fields,
  };
}

function lease({ isOurs = true, isHealthy = true } = {}) {
  return { token: 3, holder, isOurs, remainingMs: 21_400, isHealthy };
}

describe('the words for named agents', () => {
  it('whoever owns an agent elsewhere goes before what it does there, and what is broken before all', () => {
    const session = { sessionId: 'session-1', isRunning: true };
    const word = (fields: Partial<ListedIdentity>) => identityWord(listed(fields));
    equal(word({}), 'asleep');
    equal(word({ session }), 'working');
    equal(word({ state: 'active', lease: lease() }), 'idle');
    equal(word({ state: 'active', lease: lease(), session }), 'working');
    equal(word({ state: 'active', lease: lease({ isOurs: false }), session }), 'elsewhere');
    equal(word({ state: 'broken', lease: lease({ isOurs: false }) }), 'broken');
    equal(word({ state: 'uninitialized', record: undefined }), 'never-started');
    equal(word({ state: 'uninitialized', record: undefined, spec: undefined }), 'unusable');
    equal(word({ state: 'suspended', lease: lease() }), 'suspended');
    equal(word({ state: 'retiring', lease: lease() }), 'retiring');
  });

  it('each state has a text of its own', () => {
    const texts = identityStates.map((state) => identityStateText(state));
    equal(new Set(texts).size, texts.length);
    equal(identityWordText('elsewhere'), 'owned elsewhere');
  });

  it('names of others are made harmless and bounded', () => {
    const name = `x${'y'.repeat(300)}\u001b`;
    const shown = identityName(listed({ spec: { ...spec, displayName: name } }));
    ok(shown.length <= 80);
    for (const text of [
      shown,
      heldElsewhereSentence(identity, holder),
      leaseText(lease({ isOurs: false })) ?? '',
      failureSentence({ kind: 'resume_rejected', detail: 'No\u001b[2J' }),
      historyText({ kind: 'message', from: 'a\nb', text: 'c\u0007\nd' }),
    ]) {
      ok(!hostile.test(text), JSON.stringify(text));
    }
  });

  it('a lease says who has it, for how long, and whether it is renewed', () => {
    equal(leaseText(undefined), undefined);
    equal(leaseText(lease()), 'here, 21 s left');
    match(
      leaseText(lease({ isOurs: false, isHealthy: false })) ?? '',
      /^a window of Ada.* \(process 12\), only 21 s left and not renewed$/,
    );
  });

  it('a refusal says who has it and what to do', () => {
    match(
      identityProblemSentence({ code: 'no-active-lease', identity, holder }),
      /^reviewer is owned by a window of Ada.*\(process 12\)\. Do it there.*messages can be sent/,
    );
    match(identityProblemSentence({ code: 'no-active-lease', identity }), /Start it first\.$/);
    match(
      identityProblemSentence({ code: 'internal', reason: 'bridge', detail: 'It is gone.' }),
      /^It is gone\.$/,
    );
  });

  it('each failure is a sentence and one that says what to do', () => {
    for (const kind of continuityFailureKinds) {
      const text = failureSentence({ kind, detail: 'So it is' });
      match(text, /^[A-Z].*: So it is\. [A-Z].*\.$/);
    }
  });

  it('what cannot be used is said with the file and the line', () => {
    const problem = { path: '/r/a.toml', line: 3, problem: 'Bad.', severity: 'error' } as const;
    equal(listedProblemText(problem), '/r/a.toml:3: Bad.');
    const unusable = listed({ spec: undefined, specPath: '/r/a.toml', problems: [problem] });
    equal(unusableSpecSentence(unusable), 'reviewer cannot be used. /r/a.toml:3: Bad.');
    match(unusableSpecSentence(listed({ spec: undefined })), /its file is missing/);
  });

  it('a loss says where the agent stands, what runs and what waits', () => {
    const session = { sessionId: 'session-1', isRunning: true };
    const fields = { generation: 2, checkpointVersion: 7, waitingMessages: 4, session };
    for (const sentence of [resetLossSentence, deleteLossSentence]) {
      match(
        sentence(listed(fields)),
        /generation 2 with checkpoint 7\. Its session session-1 is running\. 4 messages wait/,
      );
      match(sentence(listed({ generation: undefined })), /It was never started\./);
    }
  });

  it('each outcome of a start has a word, a sentence and a document', () => {
    const failure = { kind: 'snapshot_missing', detail: 'Gone.' } as const;
    const outcomes: readonly ShownOutcome[] = [
      { kind: 'created' },
      { kind: 'resumed' },
      { kind: 'resumed', fallbackReason: 'It is codex now.' },
      { kind: 'held_elsewhere', holder },
      { kind: 'broken', failure },
      { kind: 'unknown' },
    ];
    equal(new Set(outcomes.map((each) => outcomeSentence(each))).size, outcomes.length);
    equal(new Set(outcomes.map((each) => outcomeWordText(each))).size, outcomes.length - 1);
    equal(outcomesText(outcomes.slice(1, 4)), '2 resumed, 1 held elsewhere');
    deepEqual(outcomes.map(outcomeToJson)[4], { outcome: 'broken', failure });
    deepEqual(outcomes.map(outcomeToJson)[2], {
      outcome: 'resumed',
      fallback_reason: 'It is codex now.',
    });
  });

  it('what ends work when descriptions changed says so', () => {
    match(reconcileSentence({ action: 'retire', identity }), /what it does ends/);
    match(
      reconcileSentence({ action: 'respawn', identity, spec }),
      /\(claude\); what it does ends/,
    );
    match(reconcileSentence({ action: 'hot_reload', identity, spec }), /with the next message/);
    match(reconcileSentence({ action: 'activate', spec }), /not started/);
  });

  it('a document has every field, null where nothing is known', () => {
    const empty = { identity, problems: [], state: 'uninitialized', waitingMessages: 0, peers: [] };
    const least = identityToJson(empty as ListedIdentity);
    const most = identityToJson(
      listed({ lease: lease(), session: { sessionId: 's', isRunning: true }, lastOutput: 'x' }),
    );
    deepEqual(Object.keys(least), Object.keys(most));
    ok(!Object.values<unknown>(least).includes(undefined));
  });
});
