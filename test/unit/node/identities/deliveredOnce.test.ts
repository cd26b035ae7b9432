import assert from 'node:assert/strict';
import type { RunSpec } from '../../../../src/core/sessions/sessionSpec.ts';
import type { HistoryEntry } from '../../../../src/node/identities/historyEntry.ts';
import type { NewInboxMessage } from '../../../../src/node/identities/inboxMessage.ts';
import { messagePrompt } from '../../../../src/node/identities/messagePrompt.ts';
import { unsureMs } from '../../../../src/node/identities/inboxDelivery.ts';
import { eventually, settle } from '../../../support/eventually.ts';
import { docs, reviewer } from './continuityWorld.ts';
import { OwnerTestWorld } from './ownerTestWorld.ts';
import type { RecordedSessions } from './recordedSessions.ts';

const fromDocs: NewInboxMessage = {
  ...{ from: 'docs', text: 'Is it right?', origin: 'flow', kind: 'send' },
};

describe('a message to a named agent', () => {
  let world: OwnerTestWorld;
  let sessions: RecordedSessions;
  beforeEach(() => {
    world = new OwnerTestWorld();
    ({ sessions } = world);
    world.describe(reviewer, 'peers = ["docs"]\ninstructions = "Mind."\n');
    world.describe(docs);
  });
  afterEach(() => world.end());

  const aTurn = (): Omit<RunSpec, 'prompt'> => {
    return { kind: 'run', agent: 'claude', cwd: world.root, identity: reviewer };
  };
  const prompts = (): readonly string[] => sessions.specs.map(({ prompt }) => prompt);
  const waiting = async (): Promise<number> =>
    (await world.open().inbox.list(reviewer)).messages.length;
  const messagesTold = (): readonly HistoryEntry[] =>
    world.history(reviewer).filter(({ kind }) => kind === 'message');

  /** What an owner leaves that is killed right after it has said that it begins with a message. */
  async function killedWhileBringing(message: NewInboxMessage): Promise<string> {
    const one = world.owner('one');
    await one.start([reviewer]);
    await world.untilHistory(reviewer, 'checkpoint_completed');
    const token = one.status(reviewer)?.lease?.token ?? 0;
    await one.stop();
    const { inbox } = world.open();
    const { id } = await inbox.put(reviewer, message);
    assert.ok(await inbox.begin(reviewer, id, token));
    return id;
  }

  it('is brought once when its owner was killed after the session had begun', async () => {
    await killedWhileBringing(fromDocs);
    const prompt = `Some instructions.\n\n---\n\n${messagePrompt(fromDocs)}`;
    const sessionId = await sessions.start({ ...aTurn(), prompt });
    const two = world.owner('two');
    await two.start([reviewer]);
    await eventually('it is taken out', async () => (await waiting()) === 0);
    assert.equal(messagesTold().length, 1);
    sessions.done(sessionId, 'Yes.');
    await world.untilHistory(reviewer, 'session_ended');
    await two.send(reviewer, { text: 'next' });
    assert.equal(prompts().length, 2);
    assert.match(prompts()[1] ?? '', /next$/);
  });

  it('is brought again, and that is told, when no session with it shows in time', async () => {
    await killedWhileBringing(fromDocs);
    const two = world.owner('two');
    await two.start([reviewer]);
    await settle();
    assert.deepEqual(prompts(), [], 'the session may still show');
    world.clock.advance(unsureMs);
    await eventually('it is brought', () => prompts().length === 1);
    await eventually('it is taken out', async () => (await waiting()) === 0);
    await eventually('it is told', () =>
      world
        .history(reviewer)
        .some((entry) => entry.kind === 'note' && entry.detail.includes('It is brought again.')),
    );
  });

  it('is not taken for an equal one that was brought before', async () => {
    const earlier = await sessions.start({ ...aTurn(), prompt: 'Go on.' });
    sessions.done(earlier);
    world.clock.advance(1000);
    await killedWhileBringing({ from: 'Ada', text: 'Go on.', origin: 'person', kind: 'send' });
    await world.owner('two').start([reviewer]);
    world.clock.advance(unsureMs);
    await eventually('it is brought', () => prompts().length === 2);
  });

  it('is brought at once after a session could not be begun', async () => {
    const one = world.owner('one');
    await one.start([reviewer]);
    sessions.problem = 'The disk is full.';
    const { inbox } = world.open();
    await inbox.put(reviewer, fromDocs);
    one.noticeInbox(reviewer);
    await eventually('it is complained of', () => world.warnings.length > 0);
    assert.equal((await inbox.list(reviewer)).messages[0]?.begun, undefined);
    sessions.problem = undefined;
    world.clock.advance(30_000);
    await eventually('it is brought', () => prompts().length === 1);
  });

  it('says once of whom it is, also when it had to be brought twice', async () => {
    const owner = world.owner('one');
    await owner.start([reviewer]);
    await owner.send(reviewer, { text: 'one' });
    // Past the owner, so that it waits in the memory of the bridge.
    await owner.runtime.dispatch(reviewer, { text: 'Is it right?', origin: 'flow', from: 'docs' });
    await owner.respawn(reviewer);
    await eventually('it is brought', () => prompts().length === 2);
    assert.match(prompts()[1] ?? '', /Message from your peer "docs"/);
    assert.equal(prompts()[1]?.match(/Message from/g)?.length, 1);
  });

  it('waits in its inbox and not in memory, however many are said at once', async () => {
    const owner = world.owner('one');
    await owner.start([reviewer]);
    await world.open().inbox.put(reviewer, fromDocs);
    owner.noticeInbox(reviewer);
    const said = ['a', 'b', 'c'].map((text) => owner.send(reviewer, { text }));
    const kinds = (await Promise.all(said)).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['queued', 'queued', 'queued']);
    for (const turn of [1, 2, 3, 4]) {
      await eventually('the next is brought', () => prompts().length === turn);
      await eventually('it is taken out', async () => (await waiting()) === 4 - turn);
      sessions.done(`session-${turn}`);
    }
    const ends = prompts().map((prompt) => prompt.slice(-5));
    assert.deepEqual([ends[0], ends.slice(1).map((end) => end.at(-1))], ['ight?', ['a', 'b', 'c']]);
  });

  it('is not brought again under the same key, also by another owner', async () => {
    const content = { text: 'Once.', idempotencyKey: 'key-1' } as const;
    const one = world.owner('one');
    await one.start([reviewer]);
    assert.equal((await one.send(reviewer, content)).kind, 'delivered');
    await world.untilHistory(reviewer, 'message');
    sessions.done('session-1');
    await world.untilHistory(reviewer, 'session_ended');
    await one.stop();
    const two = world.owner('two');
    await two.start([reviewer]);
    assert.equal((await two.send(reviewer, content)).kind, 'delivered');
    const { inbox } = world.open();
    const put = { from: 'Ada', origin: 'person', kind: 'send', ...content } as const;
    const { id } = await inbox.put(reviewer, put);
    assert.deepEqual([await waiting(), prompts().length], [0, 1]);
    assert.ok(messagesTold().some((entry) => entry.kind === 'message' && entry.id === id));
  });
});
