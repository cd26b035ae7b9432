import assert from 'node:assert/strict';
import {
  InvalidIdentity,
  parseAgentIdentity,
  parseDisplayName,
  parseRuntimeId,
  runtimeIdOf,
} from '../../../../src/core/identities/agentIdentity.ts';
import { draftOf } from '../../../../src/core/identities/agentCustomizer.ts';
import {
  encodeSessionSnapshot,
  readAgentIdentity,
  readContinuityRecord,
  readContinuityResolveState,
  readDisplayName,
  readDurableAgentSpec,
  readLeaseGrant,
  readManagedPeerEdge,
  readRuntimeId,
  readSessionSnapshot,
} from '../../../../src/core/identities/identityCodec.ts';
import {
  identityProblemText,
  type IdentityProblem,
} from '../../../../src/core/identities/identityError.ts';
import { identityStates } from '../../../../src/core/identities/identityState.ts';
import { peerEdge, SelfEdge } from '../../../../src/core/identities/managedPeerEdge.ts';
import { MalformedField } from '../../../../src/core/sessions/fieldReaders.ts';
import {
  aFailure,
  alpha,
  aRecord,
  aSpec,
  beta,
  bytes,
  IdentityWorld,
} from '../../../support/identityWorld.ts';

function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe('Names of agents', () => {
  const wrong: readonly (readonly [string, string])[] = [
    ['', 'is empty'],
    ['a b/c', 'contains white space'],
    ['a\tb', 'contains white space'],
    ['a/b', 'contains "/"'],
    ['x'.repeat(200), 'has more than 100 characters'],
    ['.hidden', 'begins with a dot'],
    ['a:b', 'may only contain letters, digits, "-", "_" and "."'],
  ];

  for (const [input, reason] of wrong) {
    it(`refuse ${JSON.stringify(input.slice(0, 10))}, and say why`, () => {
      assert.throws(
        () => parseAgentIdentity(input),
        (error) =>
          error instanceof InvalidIdentity && error.input === input && error.reason === reason,
      );
    });
  }

  it('are texts, before and after JSON', () => {
    assert.equal(
      readAgentIdentity(throughJson(parseAgentIdentity('reviewer-2')), 'name'),
      'reviewer-2',
    );
    assert.equal(readRuntimeId(throughJson(runtimeIdOf(alpha, 3)), 'id'), 'rt:alpha:3');
    assert.throws(() => parseRuntimeId('rt alpha'), InvalidIdentity);
    assert.throws(
      () => readAgentIdentity('a b', 'name'),
      /"name" is not a name: it contains white space/,
    );
  });

  it('for people are anything but nothing', () => {
    assert.equal(parseDisplayName('The Reviewer'), 'The Reviewer');
    assert.throws(() => parseDisplayName(''), InvalidIdentity);
    assert.throws(() => readDisplayName('', 'displayName'), MalformedField);
  });

  it('may be in any of six states', () => {
    assert.deepEqual(identityStates, [
      'uninitialized',
      'dormant',
      'active',
      'retiring',
      'suspended',
      'broken',
    ]);
  });
});

describe('Values of identities in JSON', () => {
  it('49: a spec, a record and a lease come back as they were', () => {
    const spec = aSpec(alpha, {
      displayName: 'Alpha',
      addressability: 'internal_only',
      labels: { team: 'core' },
      context: { depth: [1, null] },
      additionalInstructions: ['Be brief.'],
      peers: [beta],
    });
    assert.deepEqual(readDurableAgentSpec(throughJson(spec), ''), spec);
    const record = aRecord(alpha, { generation: 2, checkpointVersion: 9 });
    assert.deepEqual(readContinuityRecord(throughJson(record), ''), record);
    const grant = { identity: alpha, token: 4, ttlMs: 30_000 };
    assert.deepEqual(readLeaseGrant(throughJson(grant), ''), grant);
  });

  it('take a missing addressability for addressable', () => {
    assert.deepEqual(
      readDurableAgentSpec({ identity: 'alpha', profile: 'claude' }, ''),
      aSpec(alpha),
    );
  });

  it('49: hold each of the three things that a store can know', () => {
    const states = [
      { state: 'uninitialized' },
      { state: 'ready', record: aRecord(alpha) },
      { state: 'broken', failure: aFailure(alpha, { record: aRecord(alpha) }) },
    ];
    for (const state of states) {
      assert.deepEqual(readContinuityResolveState(throughJson(state), ''), state);
    }
    assert.throws(() => readContinuityResolveState({ state: 'new' }, ''), MalformedField);
  });

  it('hold a snapshot as base64, whatever its bytes', () => {
    const snapshot = bytes(...Array.from({ length: 256 }, (_, index) => index));
    const json = encodeSessionSnapshot(snapshot);
    assert.equal(Buffer.from(json.data, 'base64').compare(snapshot.data), 0);
    assert.deepEqual(readSessionSnapshot(throughJson(json), ''), snapshot);
    assert.throws(
      () => readSessionSnapshot({ data: '%' }, 'snapshot'),
      /"snapshot.data" must be base64/,
    );
  });

  it('name the field that is wrong', () => {
    const record = { ...aRecord(alpha), generation: -1 };
    assert.throws(() => readContinuityRecord(record, 'record'), /"record.generation"/);
    assert.throws(
      () => readDurableAgentSpec({ ...aSpec(alpha), labels: { a: 1 } }, ''),
      /"labels.a"/,
    );
  });
});

describe('An edge between peers', () => {
  it('is the same whoever is named first', () => {
    assert.deepEqual(peerEdge(beta, alpha), { a: alpha, b: beta });
    assert.deepEqual(peerEdge(alpha, beta), { a: alpha, b: beta });
    assert.deepEqual(readManagedPeerEdge({ a: 'beta', b: 'alpha' }, ''), { a: alpha, b: beta });
  });

  it('never connects an agent to itself', () => {
    assert.throws(() => peerEdge(alpha, alpha), SelfEdge);
    assert.throws(() => readManagedPeerEdge({ a: 'beta', b: 'beta' }, 'edge'), MalformedField);
  });
});

describe('What an agent is started with', () => {
  it('comes from its spec', () => {
    const spec = aSpec(alpha, { labels: { a: 'b' }, context: 7, additionalInstructions: ['Go.'] });
    assert.deepEqual(draftOf(spec), {
      additionalInstructions: ['Go.'],
      labels: { a: 'b' },
      appContext: 7,
      externalTools: [],
    });
  });
});

describe('Problems with identities', () => {
  const stale = { identity: alpha, presented: 3, current: 5 };
  const holder = { instance: 'i-2', label: 'a window of Ada', pid: 77 };
  const texts: readonly (readonly [IdentityProblem, RegExp])[] = [
    [{ code: 'unknown-identity', identity: alpha }, /no agent named alpha/],
    [
      { code: 'not-addressable', identity: alpha, addressability: 'internal_only' },
      /alpha takes no messages: it is internal_only/,
    ],
    [{ code: 'no-active-lease', identity: alpha }, /alpha is not owned here/],
    [
      { code: 'no-active-lease', identity: alpha, holder },
      /owned by a window of Ada \(process 77\)/,
    ],
    [{ code: 'no-active-lease', identity: alpha, holder: { instance: 'i-2' } }, /owned by i-2\./],
    [{ code: 'lease-lost', identity: alpha }, /time of its lease has passed/],
    [
      { code: 'invalid-state', identity: alpha, state: 'retiring', operation: 'send' },
      /alpha is retiring: only an active agent/,
    ],
    [
      {
        code: 'invalid-state',
        identity: alpha,
        state: 'broken',
        operation: 'reset',
        detail: 'Bad.',
      },
      /cannot be reset; delete it or repair its record \(Bad\)\.$/,
    ],
    [
      { code: 'store', problem: { code: 'io', detail: 'No space is left.' } },
      /^No space is left\.$/,
    ],
    [
      { code: 'store', problem: { code: 'stale-generation', ...stale } },
      /generation 5; 3 is older/,
    ],
    [{ code: 'lease', reason: 'io', detail: 'No space is left.' }, /No space is left/],
    [{ code: 'duplicate-identity', identity: alpha }, /alpha is in the roster twice/],
    [{ code: 'stale-fencing-token', ...stale }, /new owner: token 3 is older than 5/],
    [{ code: 'stale-checkpoint-version', ...stale }, /checkpoint 5 already; 3 is not newer/],
    [{ code: 'internal', reason: 'bridge', detail: 'It did not start.' }, /^It did not start\.$/],
  ];

  for (const [problem, text] of texts) {
    it(`are told in a sentence: ${problem.code} ${text.source}`, () => {
      assert.match(identityProblemText(problem), text);
    });
  }
});

describe('The status of an identity in JSON', () => {
  it('51: names its state, and has whole numbers for generation and token', async () => {
    const world = new IdentityWorld();
    const runtime = await world.started(aSpec(alpha));
    await runtime.reset(alpha);
    const json = throughJson(runtime.status(alpha)) as Record<string, unknown>;
    assert.equal(json.state, 'active');
    assert.equal(json.generation, 1);
    assert.deepEqual(json.lease, { token: 2, ttlRemainingMs: 30_000, isHealthy: true });
    await runtime.deleteIdentity(alpha);
    const stored = await world.store.resolveMany([alpha]);
    assert.deepEqual(stored.get(alpha), { state: 'uninitialized' });
  });
});
