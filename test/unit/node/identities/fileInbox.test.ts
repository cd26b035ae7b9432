import assert from 'node:assert/strict';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { InboxError } from '../../../../src/node/identities/fileInbox.ts';
import { maxWaitingMessages } from '../../../../src/node/identities/inboxReader.ts';
import { maxHistoryLines } from '../../../../src/node/identities/identityHistory.ts';
import type { NewInboxMessage } from '../../../../src/node/identities/inboxMessage.ts';
import { maxToken } from '../../../../src/node/identities/tokenField.ts';
import { ContinuityWorld, docs, granted, reviewer } from './continuityWorld.ts';

function message(text: string, more: Partial<NewInboxMessage> = {}): NewInboxMessage {
  return { from: 'Ada', text, origin: 'person', kind: 'send', ...more };
}

describe('FileInbox', () => {
  let world: ContinuityWorld;
  beforeEach(() => {
    world = new ContinuityWorld();
  });
  afterEach(() => world.dispose());

  const inboxFolder = (): string => join(world.continuity, 'reviewer', 'inbox');
  const texts = async (): Promise<readonly string[]> =>
    (await world.open().inbox.list(reviewer)).messages.map(({ text }) => text);
  const put = async (text: string, more?: Partial<NewInboxMessage>): Promise<string> =>
    (await world.open().inbox.put(reviewer, message(text, more))).id;
  async function refuses(work: Promise<unknown>, code: InboxError['code']): Promise<string> {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof InboxError, String(error));
    assert.equal(error.code, code, error.message);
    return error.message;
  }

  it('lists what was put, in that order, also when the clock is set back', async () => {
    await put('one');
    await put('two');
    world.clock.jumpTo(world.clock.now() - 60_000);
    await put('three');
    world.clock.jumpTo(world.clock.now() + 3_600_000);
    await put('four');
    assert.deepEqual(await texts(), ['one', 'two', 'three', 'four']);
    assert.deepEqual(await world.open().inbox.list(docs), { messages: [], problems: [] });
  });

  it('keeps everything that a message says', async () => {
    const said = message('  "quoted"\n\u2028 🙂', {
      ...{ origin: 'scheduler', kind: 'dispatch', correlationId: 'c-1', idempotencyKey: 'k-1' },
    });
    const { inbox } = world.open();
    const waiting = await inbox.put(reviewer, said);
    assert.deepEqual(waiting, { ...said, id: waiting.id, atMs: world.clock.now() });
    assert.deepEqual((await world.open().inbox.list(reviewer)).messages, [waiting]);
  });

  it('takes a message once, into the history', async () => {
    const [first, second] = [await put('one', { correlationId: 'c-1' }), await put('two')];
    const outcomes = await Promise.all(
      [1, 2, 3].map(() => world.open().inbox.take(reviewer, first)),
    );
    assert.deepEqual(outcomes.sort(), [false, false, true]);
    assert.deepEqual(await texts(), ['two']);
    const { inbox, history } = world.open();
    assert.equal(await inbox.take(reviewer, '../../record'), false);
    assert.equal(await inbox.take(docs, second), false);
    assert.deepEqual(history.read(reviewer), [
      {
        ...{ kind: 'message', atMs: world.clock.now(), id: first, from: 'Ada' },
        ...{ origin: 'person', mode: 'send', text: 'one', correlationId: 'c-1' },
      },
    ]);
  });

  it('does not tell again what is in the history, though its file is still there', async () => {
    const id = await put('one');
    const file = join(inboxFolder(), `${id}.json`);
    const content = readFileSync(file);
    assert.equal(await world.open().inbox.take(reviewer, id), true);
    writeFileSync(file, content);
    assert.deepEqual(await texts(), []);
    assert.equal(await world.open().inbox.take(reviewer, id), false);
    assert.deepEqual(readdirSync(inboxFolder()), []);
  });

  it('two messages that wait under one key are one', async () => {
    const first = await put('one', { idempotencyKey: 'k' });
    assert.equal(await put('one', { idempotencyKey: 'k' }), first);
    assert.notEqual(await put('one', { idempotencyKey: 'l' }), first);
    assert.equal((await texts()).length, 2);
  });

  it('refuses texts that are empty or too long, by their bytes', async () => {
    const { inbox } = world.open();
    await refuses(inbox.put(reviewer, message(' \n')), 'invalid');
    const tooLong = await refuses(
      inbox.put(reviewer, message('ü'.repeat(32 * 1024 + 1))),
      'invalid',
    );
    assert.match(tooLong, /"text" has 65538 bytes, but 65536 is the most/);
    await inbox.put(reviewer, message('\u0001'.repeat(64 * 1024)));
    assert.equal((await texts()).length, 1);
  });

  it('refuses what would be more than a hundred, whoever put the others', async () => {
    mkdirSync(inboxFolder(), { recursive: true });
    for (let i = 0; i < maxWaitingMessages - 1; i += 1) {
      writeFileSync(join(inboxFolder(), `x-${i}.json`), '');
    }
    const last = await put('fits');
    const why = await refuses(world.open().inbox.put(reviewer, message('more')), 'full');
    assert.match(why, /100 messages wait for reviewer already/);
    await world.open().inbox.take(reviewer, last);
    await put('fits again');
  });

  it('tells files that are no messages, and lists the others', async () => {
    const good = await put('good');
    const id = (n: number): string => `1780000000000-000${n}-0000000${n}`;
    const base = JSON.parse(readFileSync(join(inboxFolder(), `${good}.json`), 'utf8')) as object;
    const write = (n: number, content: unknown): void =>
      writeFileSync(join(inboxFolder(), `${id(n)}.json`), JSON.stringify(content));
    write(1, base);
    write(2, { ...base, id: id(2), text: 7 });
    write(3, { ...base, id: id(3), text: 'x'.repeat(64 * 1024 + 1) });
    write(4, { ...base, id: id(4), origin: 'nobody' });
    write(5, { ...base, id: id(5), version: 9 });
    writeFileSync(join(inboxFolder(), `${id(6)}.json`), 'x'.repeat(1024 * 1024));
    symlinkSync('/etc/hostname', join(inboxFolder(), `${id(7)}.json`));
    mkdirSync(join(inboxFolder(), `${id(8)}.json`));
    writeFileSync(join(inboxFolder(), '9999999999999-9999-00000000.json'), '{}');
    writeFileSync(join(inboxFolder(), 'notes.txt'), 'of somebody');
    const { messages, problems } = await world.open().inbox.list(reviewer);
    assert.deepEqual(
      messages.map(({ text }) => text),
      ['good'],
    );
    assert.equal(problems.length, 9);
    for (const { problem } of problems) assert.match(problem, /\. Remove it\.$/);
    await put('after');
    assert.deepEqual(await texts(), ['good', 'after']);
  });

  it('does not follow an inbox that is a link', async () => {
    const elsewhere = join(world.top, 'elsewhere');
    mkdirSync(elsewhere);
    mkdirSync(join(world.continuity, 'reviewer'), { recursive: true });
    symlinkSync(elsewhere, inboxFolder());
    await refuses(world.open().inbox.put(reviewer, message('one')), 'io');
    assert.deepEqual(await texts(), []);
    assert.deepEqual(readdirSync(elsewhere), []);
  });

  it('lets the owner of now begin, whatever a file says, and nobody before', async () => {
    const { inbox, leases } = world.open();
    const { token: former } = granted(await leases.acquire([reviewer], 'former'));
    const { id } = await inbox.put(reviewer, message('hello'));
    assert.equal(await inbox.begin(reviewer, id, former), true);
    const begun = (await inbox.list(reviewer)).messages[0]?.begun;
    assert.deepEqual(begun, { token: former, atMs: world.clock.now() });
    const { token } = granted(await leases.acquire([reviewer], 'former'));
    assert.equal(await inbox.begin(reviewer, id, former), false);
    assert.equal(await inbox.giveBack(reviewer, id, token), false);
    const path = join(inboxFolder(), `${id}.json`);
    const text = readFileSync(path, 'utf8').replace(/"token":\d+/, `"token":${maxToken}`);
    writeFileSync(path, text);
    assert.equal(await inbox.begin(reviewer, id, token), true);
    assert.equal(await inbox.giveBack(reviewer, id, token), true);
    assert.equal((await inbox.list(reviewer)).messages[0]?.begun, undefined);
    assert.equal(await inbox.take(reviewer, id), true);
    assert.equal(await inbox.begin(reviewer, id, token), false);
  });
});

describe('IdentityHistory', () => {
  let world: ContinuityWorld;
  beforeEach(() => {
    world = new ContinuityWorld();
  });
  afterEach(() => world.dispose());
  const path = (): string => join(world.continuity, 'reviewer', 'history.jsonl');

  it('gives back every kind of event as it was, without what cannot be read', async () => {
    const entries = [
      { atMs: 1, kind: 'state_changed', state: 'active', detail: 'why' },
      { atMs: 2, kind: 'state_changed', state: 'broken' },
      { atMs: 3, kind: 'lease_acquired', token: 4, by: 'a window' },
      { atMs: 4, kind: 'lease_lost', token: 4 },
      { atMs: 5, kind: 'checkpoint_completed', version: 2, generation: 0 },
      { atMs: 6, kind: 'resume_fallback', detail: 'no such session' },
      { atMs: 7, kind: 'session_started', sessionId: 's-1' },
      { atMs: 8, kind: 'session_ended', sessionId: 's-1', outcome: 'done', output: 'Fine.' },
      { atMs: 9, kind: 'respawned', generation: 0, detail: 'it crashed' },
      { atMs: 10, kind: 'reset', generation: 1 },
      { atMs: 11, kind: 'deleted' },
      { atMs: 12, kind: 'note', detail: 'by hand' },
    ] as const;
    await world.open().history.append(reviewer, entries);
    const more = '{"kind":"reset"}\nnonsense\n{"at_ms":1,"kind":"unheard of"}\n{"at_ms":5,"ki';
    writeFileSync(path(), more, { flag: 'a' });
    await world.open().history.append(reviewer, [{ atMs: 13, kind: 'deleted' }]);
    assert.deepEqual(world.open().history.read(reviewer), [
      ...entries,
      { atMs: 13, kind: 'deleted' },
    ]);
  });

  it('shortens long texts', async () => {
    await world
      .open()
      .history.append(reviewer, [{ atMs: 1, kind: 'note', detail: 'x'.repeat(1e6) }]);
    assert.ok(readFileSync(path()).length < 5000);
  });

  it('keeps the last thousand events, and not many more', async () => {
    const { history } = world.open();
    let written = 0;
    for (let round = 0; round < 25; round += 1) {
      const entries = Array.from({ length: 100 }, () => {
        written += 1;
        return { atMs: written, kind: 'note', detail: String(written) } as const;
      });
      await (round % 2 === 0 ? history : world.open().history).append(reviewer, entries);
      const kept = history.read(reviewer);
      assert.equal(kept.at(-1)?.atMs, written);
      assert.ok(kept.length >= Math.min(written, maxHistoryLines));
      assert.ok(kept.length <= maxHistoryLines + 200);
    }
  });

  it('follows no link', async () => {
    const elsewhere = join(world.top, 'elsewhere');
    writeFileSync(elsewhere, '');
    const { history } = world.open();
    await history.append(reviewer, [{ atMs: 1, kind: 'deleted' }]);
    unlinkSync(path());
    symlinkSync(elsewhere, path());
    await assert.rejects(history.append(reviewer, [{ atMs: 1, kind: 'deleted' }]));
    assert.equal(readFileSync(elsewhere, 'utf8'), '');
    assert.deepEqual(history.read(reviewer), []);
  });
});
