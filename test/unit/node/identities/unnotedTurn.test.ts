import assert from 'node:assert/strict';
import { silentLogger } from '../../../../src/base/logger.ts';
import { draftOf } from '../../../../src/core/identities/agentCustomizer.ts';
import type { SessionSnapshot } from '../../../../src/core/identities/continuityRecord.ts';
import {
  newConversation,
  encodeConversation,
} from '../../../../src/node/identities/conversation.ts';
import { ConversationBridge } from '../../../../src/node/identities/conversationBridge.ts';
import type { EndedTurn } from '../../../../src/node/identities/conversationTurns.ts';
import { settle } from '../../../support/eventually.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { aSpec } from '../../../support/identityWorld.ts';
import { recordOf, reviewer } from './continuityWorld.ts';
import { RecordedSessions } from './recordedSessions.ts';

const handle = 'conversation-00112233445566778899';
const record = recordOf(reviewer, { sessionId: handle });
const spec = aSpec(reviewer);
const embodiment = { spec, record, draft: draftOf(spec), token: 1 };

describe('a turn that an owner began and did not live to keep', () => {
  let sessions: RecordedSessions;
  let clock: FakeClock;
  let bridges: ConversationBridge[];
  beforeEach(() => {
    clock = new FakeClock();
    sessions = new RecordedSessions(clock);
    bridges = [];
  });
  afterEach(() => {
    for (const bridge of bridges) bridge.dispose();
  });

  /** Each is another owner with the same sessions. */
  function newBridge(): ConversationBridge {
    const bridge = new ConversationBridge({
      ...{ sessions, clock, cwd: '/repository', logger: silentLogger },
      expectAgent: (id) => ({ id, name: id, command: `/bin/${id}`, args: [] }),
      random: (count) => new Uint8Array(count).fill(0xab),
    });
    bridges.push(bridge);
    return bridge;
  }

  async function begin(bridge: ConversationBridge, text: string): Promise<void> {
    await bridge.deliver({ record, token: 1, text, origin: 'person' });
  }

  /** What the next owner finds out, given the last checkpoint. */
  async function ends(snapshot: SessionSnapshot | undefined): Promise<readonly EndedTurn[]> {
    const next = newBridge();
    const seen: EndedTurn[] = [];
    next.onDidEndTurn((turn) => seen.push(turn));
    await next.resumeSession(embodiment, snapshot);
    await settle();
    return seen;
  }

  it('is the last one of the conversation for the next owner, when it is over already', async () => {
    const former = newBridge();
    await former.createSession(embodiment);
    const snapshot = await former.checkpointSession(record);
    await begin(former, 'one');
    former.dispose();
    sessions.converse('session-1', 'acp-1');
    sessions.done('session-1', 'First.');

    const [end] = await ends(snapshot);
    assert.ok(end?.outcome.kind === 'done');
    assert.deepEqual([end.sessionId, end.wasAdopted, end.output], ['session-1', true, 'First.']);
    const [, next] = bridges;
    assert.ok(next);
    await begin(next, 'two');
    const resumes = { sessionId: 'session-1', conversationId: 'acp-1' };
    assert.deepEqual(sessions.specs[1]?.resumes, resumes);
  });

  it('is told to the next owner as one that died, when it did', async () => {
    const former = newBridge();
    await former.createSession(embodiment);
    await begin(former, 'one');
    sessions.done('session-1');
    await settle();
    const snapshot = await former.checkpointSession(record);
    await begin(former, 'two');
    former.dispose();
    sessions.fail('session-2', { kind: 'host-died' });

    const [end] = await ends(snapshot);
    assert.ok(end?.outcome.kind === 'failed' && end.outcome.isDeath);
    assert.deepEqual([end.sessionId, end.wasAdopted], ['session-2', true]);
  });

  it('is none when the checkpoint has the newest, or when nothing can be compared', async () => {
    const former = newBridge();
    await former.createSession(embodiment);
    await begin(former, 'one');
    sessions.done('session-1');
    await settle();
    assert.deepEqual(await ends(await former.checkpointSession(record)), []);
    const elsewhere = { ...newConversation(handle, 'claude'), lastSessionId: 'session-elsewhere' };
    assert.deepEqual(await ends(encodeConversation(elsewhere)), []);
  });

  it('is none of another conversation', async () => {
    const former = newBridge();
    const sessionId = 'conversation-99887766554433221100';
    const other = { ...record, sessionId };
    await former.createSession({ ...embodiment, record: other });
    await former.deliver({ record: other, token: 1, text: 'one', origin: 'person' });
    sessions.done('session-1');
    await settle();
    assert.deepEqual(await ends(undefined), []);
  });
});
