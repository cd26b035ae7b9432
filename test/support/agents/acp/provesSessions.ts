import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdirSync } from 'node:fs';

import { conversationUpdate } from '../../../../src/core/acp/conversation.ts';
import { eventually } from '../../eventually.ts';
import type { AcpWorld } from './acpWorld.ts';
import { CommandLineSessions, type WatchedSession } from './commandLineSessions.ts';
import type { AskedModel, ProvenAgent } from './provenAgent.ts';

/** The tests that every real agent stands in sessions of the command line. */
export function provesSessions(proven: ProvenAgent): void {
  let program: string;
  let sessions: CommandLineSessions | undefined;
  let model: AskedModel | undefined;
  const worlds: AcpWorld[] = [];

  before(async () => {
    program = await proven.ensure();
  });
  afterEach(async () => {
    await sessions?.stop();
    await model?.stop();
  });
  // Hosts stay some seconds for those who may still ask, so that it is waited for all of them at once.
  after(() => Promise.all(worlds.map((world) => world.end())));

  async function prepare({ isLoggedIn = true } = {}): Promise<CommandLineSessions> {
    sessions = await CommandLineSessions.make(async (world) => {
      worlds.push(world);
      mkdirSync(`${world.home}/tmp`);
      const prepared = await proven.prepare({ world, program, isLoggedIn });
      ({ model } = prepared);
      return prepared.agent;
    });
    return sessions;
  }

  const startOf = (session: WatchedSession): unknown =>
    session.events.flatMap((event) =>
      event.kind === 'update' &&
      event.update.kind === 'other' &&
      event.update.name === conversationName
        ? [(event.update.value as { readonly start: string }).start]
        : [],
    )[0];

  it('asks before it edits, holds the file meanwhile, and can go on later', async () => {
    const { world, start } = await prepare().then(bound);
    const session = await start('do it');
    const { options, subject } = await session.question();
    ok(options?.some(({ kind }) => kind === 'reject-once'));
    const call = subject?.kind === 'tool-call' ? subject.call : undefined;
    deepEqual(
      [call?.toolKind, call?.locations.map(({ path }) => path)],
      ['edit', [world.path('a.txt')]],
    );
    const { sessionId } = await world.entry();
    deepEqual(await world.held(), [`a.txt ${sessionId}`]);
    equal(world.read('a.txt'), 'one\n');

    await session.choose('allow-once');
    const record = await session.ended();
    deepEqual([record.state, record.stop_reason], ['done', 'end_turn']);
    equal(record.entry_session_id, sessionId);
    equal(session.said, 'Edited.');
    equal(world.read('a.txt'), 'ONE\n');
    const entry = await world.entry();
    deepEqual([entry.harness, entry.status], [proven.harness, 'complete']);
    deepEqual(await world.held(), []);
    const edits = await world.activity('file-edited', 'edit-unguarded', 'lock-saved-over');
    deepEqual(
      edits.map(({ kind, paths, actor }) => [kind, paths, actor.sessionId]),
      [['file-edited', ['a.txt'], sessionId]],
    );

    proven.passTime?.(world);
    const next = await start('and again', '--resume', session.id);
    equal((await next.ended()).state, 'done');
    equal(next.said, 'Done before.');
    equal(startOf(next), proven.takesUp);
    ok(model?.lastTexts().some((text) => text.includes('do it')));
  });

  it('is refused a file that somebody else holds, and nobody is asked', async () => {
    const { world, start } = await prepare().then(bound);
    await world.holdBySomebody('a.txt');
    const session = await start('do it');
    const record = await session.ended();
    equal(record.state, 'done');
    equal(world.read('a.txt'), 'one\n');
    ok(!session.events.some(({ kind }) => kind === 'pause-requested'));
    equal(session.notes.length, 1, session.notes.join('\n'));
    match(session.notes[0] ?? '', /An edit was refused: .*a\.txt is held by somebody/s);
    deepEqual(await world.held(), ['a.txt somebody']);
    deepEqual(
      (await world.activity('file-edited', 'lock-refused', 'lock-saved-over')).map(
        ({ kind }) => kind,
      ),
      ['lock-refused'],
    );
    equal(record.stop_reason, 'end_turn');
    const explained = /not by the person you work for.*a\.txt is held by somebody/s;
    ok(model?.lastTexts().some((text) => explained.test(text)));
  });

  it('is cancelled while it asks, and nothing is changed or held', async () => {
    const { world, start } = await prepare().then(bound);
    const session = await start('do it');
    await session.question();
    await session.cancel();
    equal((await session.ended()).state, 'cancelled');
    equal(world.read('a.txt'), 'one\n');
    await eventually('it is wound up', async () => (await world.entry()).status === 'abandoned');
    deepEqual(await world.held(), []);
  });

  const { logIn } = proven;
  if (logIn === undefined) return;
  it('says what to run when it is not logged in', async () => {
    const { start } = await prepare({ isLoggedIn: false }).then(bound);
    const { state, outcome } = await (await start('do it')).ended();
    deepEqual([state, outcome?.kind], ['failed', 'agent-error']);
    match(outcome?.message ?? '', logIn);
  });
}

const conversationName = (conversationUpdate('', 'new') as { readonly name: string }).name;

function bound(sessions: CommandLineSessions): {
  readonly world: AcpWorld;
  readonly start: CommandLineSessions['start'];
} {
  return { world: sessions.world, start: (...args) => sessions.start(...args) };
}
