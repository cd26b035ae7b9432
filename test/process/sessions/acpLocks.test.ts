import { deepEqual, equal, match } from 'node:assert/strict';

import { AcpWorld } from '../../support/agents/acp/acpWorld.ts';
import { eventually } from '../../support/eventually.ts';

const allowAll = { policy: { edits: 'allow', commands: 'allow' } } as const;

describe('what an agent asks to be allowed', () => {
  let world: AcpWorld;
  beforeEach(async () => {
    world = await AcpWorld.make({ 'a.txt': 'one\n', 'b.txt': 'two\n' });
  });
  afterEach(() => world.end());

  it('is asked of the person, while the file is the agent’s until its turn ends', async () => {
    const session = await world.run([['edit', world.path('a.txt'), 'ONE\n'], ['answers']]);
    const { text, options, subject } = await session.question();
    const { sessionId } = await world.entry();
    deepEqual(await world.held(), [`a.txt ${sessionId}`]);
    equal(text, 'Edit a.txt');
    deepEqual(options, [
      { id: 'yes', label: 'Yes', kind: 'allow-once' },
      { id: 'yes-always', label: 'Always', kind: 'allow-always' },
      { id: 'no', label: 'No', kind: 'reject-once' },
    ]);
    const call = subject?.kind === 'tool-call' ? subject.call : undefined;
    deepEqual(call?.content, [
      { kind: 'diff', path: world.path('a.txt'), oldText: 'one\n', newText: 'ONE\n' },
    ]);
    await session.choose('yes');
    await session.done();
    equal(world.read('a.txt'), 'ONE\n');
    deepEqual(await world.held(), []);
    const edited = await world.activity('file-edited');
    deepEqual(
      edited.map(({ paths, actor }) => [paths, actor.sessionId]),
      [[['a.txt'], sessionId]],
    );
  });

  it('is refused at once for a file that somebody else holds, and the person is not asked', async () => {
    await world.holdBySomebody('a.txt');
    const session = await world.run([['edit', world.path('a.txt'), 'ONE\n'], ['answers']]);
    await session.done();
    equal(world.read('a.txt'), 'one\n');
    deepEqual(session.answers.slice(1), [{ outcome: 'selected', optionId: 'no' }]);
    deepEqual(session.notes, ['An edit was refused: a.txt is held by somebody']);
    const refusals = await world.activity('lock-refused');
    deepEqual(
      refusals.map(({ paths, actor }) => [paths, actor.sessionId]),
      [[['a.txt'], (await world.entry()).sessionId]],
    );
    deepEqual(await world.activity('file-edited', 'lock-saved-over'), []);
  });

  it('gives the file back when the person rejects the edit', async () => {
    const session = await world.run([
      ['edit', world.path('a.txt'), 'ONE\n'],
      ['askToRun', 'ls'],
      ['answers'],
    ]);
    await session.choose('no');
    await eventually('it asks again', async () => (await session.question()).text === 'ls');
    deepEqual(await world.held(), []);
    await session.answer({ kind: 'declined' });
    await session.done();
    deepEqual(session.answers.slice(1), [
      { outcome: 'selected', optionId: 'no' },
      { outcome: 'selected', optionId: 'no' },
    ]);
    equal(world.read('a.txt'), 'one\n');
  });

  it('is refused after all when the file was taken away while the person thought about it', async () => {
    const session = await world.run([['edit', world.path('a.txt'), 'ONE\n'], ['answers']]);
    await session.question();
    await world.locks.locks.break({ path: 'a.txt', byName: 'Ada', reason: 'Mine' });
    await world.holdBySomebody('a.txt');
    await session.choose('yes');
    await session.done();
    deepEqual(session.answers.slice(1), [{ outcome: 'selected', optionId: 'no' }]);
    equal(world.read('a.txt'), 'one\n');
  });

  it('is allowed once by a policy that allows it, but never what somebody else holds', async () => {
    await world.holdBySomebody('b.txt');
    const session = await world.run(
      [
        ['edit', world.path('a.txt'), 'ONE\n'],
        ['edit', world.path('b.txt'), 'TWO\n'],
        ['askToRun', 'ls'],
        ['answers'],
      ],
      { executor: allowAll },
    );
    await session.done();
    deepEqual(session.answers.slice(1), [
      { outcome: 'selected', optionId: 'yes' },
      { outcome: 'selected', optionId: 'no' },
      { outcome: 'selected', optionId: 'yes' },
    ]);
  });

  it('is asked by a policy that allows edits when the file is outside the repository', async () => {
    const outside = `${world.root}/outside.txt`;
    const session = await world.run([['edit', outside, 'x'], ['answers']], { executor: allowAll });
    await session.choose('no');
    await session.done();
    deepEqual(await world.held(), []);
  });

  it('goes on asking about edits that were allowed for good, so that locks still count', async () => {
    const session = await world.run([
      ['edit', world.path('a.txt'), 'ONE\n'],
      ['waitForFile', world.path('go')],
      ['edit', world.path('b.txt'), 'TWO\n'],
      ['edit', world.path('a.txt'), '1\n'],
      ['answers'],
    ]);
    await session.choose('yes-always');
    await eventually('it has edited', () => world.read('a.txt') === 'ONE\n');
    await world.holdBySomebody('b.txt');
    world.write('go', '');
    await session.done();
    deepEqual(session.answers.slice(1), [
      { outcome: 'selected', optionId: 'yes' },
      { outcome: 'selected', optionId: 'no' },
      { outcome: 'selected', optionId: 'yes' },
    ]);
    deepEqual([world.read('a.txt'), world.read('b.txt')], ['1\n', 'two\n']);
  });

  it('may be taken back by the agent', async () => {
    const session = await world.run([['askAndWithdraw', 300], ['answers']]);
    equal((await session.question()).text, 'Never mind');
    await session.done();
    deepEqual(session.answers.slice(1), [{ outcome: { outcome: 'cancelled' } }]);
  });

  it('is not needed for an edit that nobody forbids, which is locked and recorded all the same', async () => {
    const session = await world.run([
      ['editUnasked', world.path('a.txt'), 'ONE\n'],
      ['askToRun', 'ls'],
    ]);
    await session.question();
    const { sessionId } = await world.entry();
    const own = `a.txt ${sessionId}`;
    await eventually('it holds the file', async () => (await world.held()).includes(own));
    await session.choose('yes');
    await session.done();
    equal((await world.activity('file-edited')).length, 1);
    deepEqual(session.notes, []);
  });

  it('is told to everybody when it was not asked and somebody else holds the file', async () => {
    await world.holdBySomebody('a.txt');
    const session = await world.run([['editUnasked', world.path('a.txt'), 'ONE\n']]);
    await session.done();
    deepEqual(session.notes, ['A file was edited that somebody else holds: a.txt']);
    const [saved, ...more] = await world.activity('lock-saved-over');
    deepEqual([saved?.paths, saved?.cause, more], [['a.txt'], 'unguarded', []]);
    deepEqual(await world.activity('lock-refused'), []);
  });

  it('can be the fields of a form', async () => {
    const schema = {
      type: 'object',
      properties: { name: { type: 'string' }, n: { type: 'number' } },
    };
    const session = await world.run([['form', schema], ['form', schema], ['answers']]);
    const { text, subject } = await session.question();
    equal(text, 'Which one?');
    deepEqual(subject, { kind: 'form', schema });
    const values = { name: 'Ada', n: 2, other: 'x' };
    await session.answer({ kind: 'form', values });
    await session.answer({ kind: 'declined' });
    await session.done();
    deepEqual(session.answers.slice(1), [
      { action: 'accept', content: { name: 'Ada', n: 2 } },
      { action: 'decline' },
    ]);
  });

  it('names a session that somebody ended too early, which then goes on', async () => {
    const session = await world.run(
      [
        ['askToRun', 'ls'],
        ['edit', world.path('a.txt'), 'ONE\n'],
      ],
      {
        executor: { policy: { edits: 'allow', commands: 'ask' } },
      },
    );
    await session.question();
    const { sessionId } = await world.entry();
    await world.registry.registry.updateStatus(sessionId, 'complete');
    await session.choose('yes');
    await session.done();
    equal(world.read('a.txt'), 'ONE\n');
    match(JSON.stringify(await world.activity('lock-granted')), new RegExp(sessionId));
  });

  it('is of an agent that is there although a process of it that a hook told of is gone', async () => {
    const session = await world.run(
      [
        ['askToRun', 'ls'],
        ['edit', world.path('a.txt'), 'ONE\n'],
      ],
      {
        executor: { policy: { edits: 'allow', commands: 'ask' } },
      },
    );
    await session.question();
    const { sessionId, pid } = await world.entry();
    const gone = { pid: 4_194_000, processStart: 'linux-ticks:1' };
    await world.registry.registry.updateEntry(sessionId, (entry) => ({ ...entry, ...gone }));
    await session.choose('yes');
    await session.done();
    equal(world.read('a.txt'), 'ONE\n');
    equal((await world.entry()).pid, pid);
  });
});
