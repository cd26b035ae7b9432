import assert from 'node:assert/strict';
import { silentLogger } from '../../../../src/base/logger.ts';
import { draftOf } from '../../../../src/core/identities/agentCustomizer.ts';
import type { AgentIdentity } from '../../../../src/core/identities/agentIdentity.ts';
import type { DurableAgentSpec } from '../../../../src/core/identities/durableAgentSpec.ts';
import { peerEdge } from '../../../../src/core/identities/managedPeerEdge.ts';
import {
  BridgeError,
  type Delivery,
  type Embodiment,
} from '../../../../src/core/identities/sessionBridge.ts';
import {
  decodeConversation,
  encodeConversation,
  type Conversation,
} from '../../../../src/node/identities/conversation.ts';
import {
  ConversationBridge,
  maxQueuedDeliveries,
} from '../../../../src/node/identities/conversationBridge.ts';
import type { EndedTurn } from '../../../../src/node/identities/conversationTurns.ts';
import { settle } from '../../../support/eventually.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { FakeIdentitySessions } from '../../../support/fakeIdentitySessions.ts';
import { aSpec } from '../../../support/identityWorld.ts';
import { bytes, docs, recordOf, reviewer } from './continuityWorld.ts';

const handle = 'conversation-00112233445566778899';
const record = recordOf(reviewer, { sessionId: handle });

describe('the bridge from named agents to sessions', () => {
  let sessions: FakeIdentitySessions;
  let clock: FakeClock;
  let bridge: ConversationBridge;
  let ends: EndedTurn[];
  let drops: string[];
  let installed: Set<string>;
  let warnings: string[];
  beforeEach(() => {
    sessions = new FakeIdentitySessions();
    clock = new FakeClock();
    installed = new Set(['claude', 'codex']);
    bridge = new ConversationBridge({
      sessions,
      expectAgent: (id) => {
        if (!installed.has(id)) throw new Error(`${id} was not found. Install it.`);
        return { id, name: id, command: `/bin/${id}`, args: [] };
      },
      cwd: '/repository',
      parent: { actorKey: 'human:ada' },
      random: (count) => new Uint8Array(count).fill(0xab),
      clock,
      logger: { ...silentLogger, warn: (text) => void warnings.push(text) },
    });
    warnings = [];
    ends = [];
    drops = [];
    bridge.onDidEndTurn((turn) => ends.push(turn));
    bridge.onDidDropDelivery(({ delivery, reason }) => drops.push(`${delivery.text}: ${reason}`));
  });
  afterEach(() => bridge.dispose());

  function embodiment(spec: DurableAgentSpec = aSpec(reviewer)): Embodiment {
    return { spec, record, draft: draftOf(spec), token: 1 };
  }

  function delivery(text: string): Delivery {
    return { record, token: 1, text, origin: 'person' };
  }

  async function kept(identity: AgentIdentity = reviewer): Promise<Conversation> {
    const snapshot = await bridge.checkpointSession({ ...record, identity });
    assert.ok(snapshot);
    return decodeConversation(snapshot);
  }

  const prompts = (): readonly string[] => sessions.specs.map(({ prompt }) => prompt);

  async function rejectsMember(work: Promise<unknown>, pattern: RegExp): Promise<void> {
    await assert.rejects(work, (error) => {
      assert.ok(error instanceof BridgeError);
      assert.match(error.message, pattern);
      return true;
    });
  }

  it('begins a conversation without a session, under the handle that was proposed', async () => {
    assert.equal(await bridge.createSession(embodiment()), handle);
    assert.deepEqual(sessions.specs, []);
    assert.deepEqual(await kept(), { conversation: handle, agent: 'claude', turns: 0 });
  });

  it('mints a handle where the proposed one is none', async () => {
    const given = { ...embodiment(), record: { ...record, sessionId: 'session-1' } };
    assert.equal(await bridge.createSession(given), `conversation-${'ab'.repeat(10)}`);
  });

  it('says what to do when the agent is not installed', async () => {
    const spec = aSpec(reviewer, { profile: 'gemini' });
    await rejectsMember(
      bridge.createSession(embodiment(spec)),
      /gemini was not found\. Install it/,
    );
  });

  it('ends what still runs of a conversation before', async () => {
    const former = sessions.add(reviewer);
    const other = sessions.add(docs);
    await bridge.createSession(embodiment());
    assert.deepEqual(sessions.cancels, [`${former}: A new conversation is begun.`]);
    assert.deepEqual(await sessions.runningOf(docs), [other]);
  });

  it('gives the first prompt its instructions, and each next one what was said before', async () => {
    const additionalInstructions = ['Review with care.', 'Be kind.'];
    await bridge.createSession(embodiment(aSpec(reviewer, { additionalInstructions })));
    await bridge.deliver(delivery('one'));
    const [first] = sessions.specs;
    assert.match(
      first?.prompt ?? '',
      /"reviewer".*Review with care\.\n\nBe kind\.\n\n---\n\none$/s,
    );
    const { identity, cwd, agent, parent, resumes } = first ?? {};
    assert.deepEqual(
      [identity, cwd, agent, parent, resumes],
      ['reviewer', '/repository', 'claude', { actorKey: 'human:ada' }, undefined],
    );
    sessions.converse('session-1', 'acp-1');
    sessions.done('session-1', 'First.');
    await settle();
    await bridge.deliver(delivery('two'));
    assert.equal(prompts()[1], 'two');
    assert.deepEqual(sessions.specs[1]?.resumes, {
      sessionId: 'session-1',
      conversationId: 'acp-1',
    });
  });

  it('13: has nothing to keep before it is embodied, and tells what a session cannot have', async () => {
    assert.equal(await bridge.checkpointSession(record), undefined);
    const draft = {
      ...{ ...draftOf(aSpec(reviewer)), model: 'large', systemPrompt: 'You are terse.' },
      externalTools: [{ name: 'search', description: '', inputSchema: {} }],
    };
    await bridge.resumeSession({ ...embodiment(), draft }, undefined);
    assert.deepEqual(warnings, ['reviewer is started without the model large, the tool search.']);
    await bridge.deliver(delivery('one'));
    assert.match(prompts()[0] ?? '', /You are terse\..*one$/s);
    assert.equal(sessions.specs[0]?.resumes, undefined);
  });

  it('gives instructions again when they changed, or when the agent began anew', async () => {
    await bridge.createSession(embodiment(aSpec(reviewer, { additionalInstructions: ['Old.'] })));
    await bridge.deliver(delivery('one'));
    sessions.converse('session-1', 'acp-1');
    sessions.done('session-1');
    await settle();
    bridge.updateSpec(aSpec(reviewer, { additionalInstructions: ['New.'] }));
    await bridge.deliver(delivery('two'));
    assert.match(prompts()[1] ?? '', /New\..*two$/s);
    sessions.converse('session-2', 'acp-1', 'resumed');
    sessions.done('session-2');
    await settle();
    await bridge.deliver(delivery('three'));
    assert.equal(prompts()[2], 'three');
    sessions.converse('session-3', 'acp-2');
    sessions.done('session-3');
    await settle();
    await bridge.deliver(delivery('four'));
    assert.match(prompts()[3] ?? '', /New\..*four$/s);
  });

  it('gives instructions again when the turn that carried them never began', async () => {
    await bridge.createSession(embodiment(aSpec(reviewer, { additionalInstructions: ['Mind.'] })));
    await bridge.deliver(delivery('one'));
    sessions.fail('session-1');
    await settle();
    await bridge.deliver(delivery('two'));
    assert.match(prompts()[1] ?? '', /Mind\..*two$/s);
  });

  it('takes one turn at a time, and tells how each ended', async () => {
    await bridge.createSession(embodiment());
    assert.equal(bridge.isBusy(reviewer), false);
    await bridge.deliver(delivery('one'));
    await bridge.deliver(delivery('two'));
    assert.deepEqual([prompts(), bridge.isBusy(reviewer)], [['one'], true]);
    sessions.say('session-1', 'Half');
    assert.deepEqual(await bridge.inspectMember(record), {
      outputPreview: 'Half',
      isFinal: false,
      peerReachableCount: 0,
    });
    sessions.done('session-1', 'First.');
    await settle();
    assert.deepEqual(prompts(), ['one', 'two']);
    sessions.done('session-2');
    await settle();
    assert.deepEqual(
      ends.map(({ sessionId, outcome, output }) => [sessionId, outcome.kind, output]),
      [
        ['session-1', 'done', 'First.'],
        ['session-2', 'done', undefined],
      ],
    );
    const { outputPreview, isFinal } = await bridge.inspectMember(record);
    assert.deepEqual([outputPreview, isFinal], ['First.', true]);
    assert.deepEqual([(await kept()).turns, (await kept()).isRunning], [2, undefined]);
  });

  it('takes no more than so many at once', async () => {
    await bridge.createSession(embodiment());
    for (let i = 0; i <= maxQueuedDeliveries; i += 1) await bridge.deliver(delivery(`${i}`));
    await rejectsMember(bridge.deliver(delivery('more')), /is at work, and 100 messages wait/);
  });

  it('passes on why a session cannot be started, and is ready for the next', async () => {
    await bridge.createSession(embodiment());
    sessions.problem = 'The disk is full.';
    await rejectsMember(bridge.deliver(delivery('one')), /The disk is full\./);
    sessions.problem = undefined;
    await bridge.deliver(delivery('two'));
    assert.deepEqual(prompts(), ['two']);
  });

  it('tells deaths of programs and hosts from what an agent refuses', async () => {
    await bridge.createSession(embodiment());
    const failures = [
      { kind: 'host-died' },
      { process: { signal: 'SIGKILL' } },
      { process: { exitCode: 1 } },
      { message: 'Claude Code refused (the prompt): process terminated by signal SIGKILL' },
      { message: 'It needs you to log in.' },
      { kind: 'timeout' },
      { kind: 'spawn-failed' },
    ] as const;
    for (const [index, failure] of failures.entries()) {
      await bridge.deliver(delivery(`${index}`));
      sessions.fail(`session-${index + 1}`, failure);
      await settle();
    }
    assert.deepEqual(
      ends.map(({ outcome }) => outcome.kind === 'failed' && outcome.isDeath),
      [true, true, true, true, false, false, false],
    );
  });

  it('goes on with what a checkpoint says', async () => {
    const conversation = { conversation: handle, agent: 'claude', acpSessionId: 'acp-1', turns: 2 };
    const snapshot = encodeConversation({ ...conversation, lastOutput: 'Before.' });
    const resumed = await bridge.resumeSession(embodiment(), snapshot);
    assert.deepEqual(resumed, { result: 'resumed', sessionId: handle });
    assert.equal((await bridge.inspectMember(record)).outputPreview, 'Before.');
    await bridge.deliver(delivery('three'));
    assert.deepEqual(sessions.specs[0]?.resumes, { conversationId: 'acp-1' });
  });

  it('watches a turn that a former owner began, to its end', async () => {
    const running = sessions.add(reviewer);
    const conversation = {
      conversation: handle,
      agent: 'claude',
      turns: 1,
      isRunning: true,
    } as const;
    await bridge.resumeSession(
      embodiment(),
      encodeConversation({ ...conversation, lastSessionId: running }),
    );
    assert.equal(bridge.isBusy(reviewer), true);
    sessions.done(running, 'Later.');
    await settle();
    assert.deepEqual(
      ends.map(({ sessionId, wasAdopted, output }) => [sessionId, wasAdopted, output]),
      [[running, true, 'Later.']],
    );
    assert.equal((await kept()).turns, 1);
  });

  it('finds a turn of which no checkpoint tells', async () => {
    const running = sessions.add(reviewer);
    await bridge.resumeSession(embodiment(), undefined);
    assert.equal(bridge.isBusy(reviewer), true);
    assert.deepEqual([(await kept()).turns, (await kept()).lastSessionId], [1, running]);
  });

  it('begins anew when another agent is wanted than the one that was spoken to', async () => {
    const snapshot = encodeConversation({ conversation: handle, agent: 'claude', turns: 2 });
    const spec = aSpec(reviewer, { profile: 'codex' });
    const resumed = await bridge.resumeSession(embodiment(spec), snapshot);
    assert.ok(resumed.result === 'fresh');
    assert.match(resumed.sessionId, /^conversation-(?:ab)+$/);
    assert.match(resumed.reason, /codex now.*of claude/);
  });

  it('refuses a checkpoint that is spoiled, or of another conversation', async () => {
    const spoiled = bridge.resumeSession(embodiment(), { data: bytes('{') });
    await assert.rejects(spoiled, { code: 'snapshot', message: /cannot be read/ });
    const other = encodeConversation({
      conversation: 'conversation-00ff00ff',
      agent: 'claude',
      turns: 1,
    });
    const foreign = bridge.resumeSession(embodiment(), other);
    await assert.rejects(foreign, { code: 'snapshot', message: /another conversation/ });
  });

  it('ends what runs with the reason, and gives back what waited', async () => {
    await bridge.createSession(embodiment());
    await bridge.deliver(delivery('one'));
    await bridge.deliver(delivery('two'));
    await bridge.retireMember(record, 'It is not owned here any more.');
    assert.deepEqual(sessions.cancels, ['session-1: It is not owned here any more.']);
    assert.deepEqual(drops, ['two: It is not owned here any more.']);
    assert.deepEqual(
      ends.map(({ outcome, wasRetired }) => [outcome.kind, wasRetired]),
      [['cancelled', true]],
    );
    assert.equal(await bridge.checkpointSession(record), undefined);
    await rejectsMember(bridge.deliver(delivery('three')), /not embodied here/);
  });

  it('lets go of what is not ours any more, without ending it, and gives back what waited', async () => {
    await bridge.createSession(embodiment());
    await bridge.deliver(delivery('one'));
    await bridge.deliver(delivery('two'));
    const isOurs = (): Promise<boolean> => Promise.resolve(false);
    await bridge.retireMember(record, 'It is retired.', { token: 1, isOurs });
    await settle();
    assert.deepEqual([sessions.cancels, ends], [[], []]);
    assert.deepEqual(drops, ['two: reviewer has a new owner.']);
    assert.deepEqual(await sessions.runningOf(reviewer), ['session-1']);
    await rejectsMember(bridge.deliver(delivery('three')), /not embodied here/);
  });

  it('begins nothing for an agent that is not ours any more', async () => {
    await bridge.createSession(embodiment());
    const isOurs = (): Promise<boolean> => Promise.resolve(false);
    await rejectsMember(bridge.deliver({ ...delivery('one'), isOurs }), /has a new owner/);
    const running = sessions.add(reviewer);
    await bridge.resumeSession({ ...embodiment(), isOurs }, undefined);
    sessions.add(reviewer);
    await bridge.resumeSession({ ...embodiment(), isOurs }, undefined);
    await bridge.createSession({ ...embodiment(), isOurs });
    assert.deepEqual([sessions.specs, sessions.cancels], [[], []]);
    assert.ok((await sessions.runningOf(reviewer)).includes(running));
  });

  it('says so when a session does not end', async () => {
    await bridge.createSession(embodiment());
    await bridge.deliver(delivery('one'));
    sessions.obeys = false;
    const retiring = bridge.retireMember(record, 'Enough.');
    await settle();
    clock.advance(60_000);
    await rejectsMember(retiring, /session-1 of reviewer does not end/);
    assert.equal(bridge.isBusy(reviewer), true);
  });

  it('ends what runs of an agent that somebody else embodied', async () => {
    const running = sessions.add(reviewer);
    await bridge.retireMember(record, 'It is reset.');
    assert.deepEqual(sessions.cancels, [`${running}: It is reset.`]);
  });

  it('lets everything go on when it is disposed, and tells nothing any more', async () => {
    await bridge.createSession(embodiment());
    await bridge.deliver(delivery('one'));
    bridge.dispose();
    await settle();
    assert.deepEqual([sessions.cancels, ends], [[], []]);
    assert.deepEqual(await sessions.runningOf(reviewer), ['session-1']);
  });

  it('counts whom an agent can reach', async () => {
    const b = recordOf(docs, { sessionId: handle });
    const wired = { edge: peerEdge(reviewer, docs), a: b, b: record };
    await bridge.wirePeers([wired]);
    assert.deepEqual(await bridge.currentWires(), [wired.edge]);
    assert.equal((await bridge.inspectMember(record)).peerReachableCount, 1);
    await bridge.unwirePeer(wired);
    assert.equal((await bridge.inspectMember(record)).peerReachableCount, 0);
  });
});
