import assert from 'node:assert/strict';
import { HookRepository, refusalIn } from './hookRepository.ts';

describe('hooks that run at the same time', () => {
  let repository: HookRepository;

  beforeEach(() => {
    repository = new HookRepository();
  });
  afterEach(() => repository.dispose());

  const silence = { stdout: '', stderr: '', code: 0 };

  it('of one agent that nobody knows yet make one entry and do not exclude each other', async () => {
    const a = repository.agent('a');
    const ends = await Promise.all(
      Array.from({ length: 8 }, (_, i) => {
        return a.before('Write', { file_path: repository.path(`f${i}.ts`) }, `t${i}`);
      }),
    );
    for (const end of ends) assert.deepEqual(end, silence);
    const { sessionId, pid } = await repository.entryOf('a');
    assert.equal(pid, a.pid);
    const unguarded = (await repository.events('edit-unguarded')).flatMap(({ paths }) => paths);
    const all = Array.from({ length: 8 }, (_, i) => `f${i}.ts`);
    // A machine that is busy for longer than hooks wait lets an edit through, and tells it.
    assert.deepEqual([...(await repository.held()), ...unguarded].sort(), all);
    for (const { holder } of await repository.standing()) {
      assert.deepEqual(holder.identity, { kind: 'session', sessionId });
    }
  });

  it('of one agent for one file are all let through, and another agent is refused', async () => {
    const a = repository.agent('a');
    await a.start();
    const input = { file_path: repository.path('x.ts') };
    const ends = await Promise.all(
      Array.from({ length: 6 }, (_, i) => a.before('Edit', input, `t${i}`)),
    );
    for (const end of ends) assert.deepEqual(end, silence);
    assert.ok(refusalIn(await repository.agent('b').before('Edit', input, 'tb')) !== undefined);
  });

  it('of two agents for one file let one through and refuse the other', async () => {
    const [a, b] = [repository.agent('a'), repository.agent('b')];
    await Promise.all([a.start(), b.start()]);
    const input = { file_path: repository.path('x.ts') };
    const ends = await Promise.all([a.before('Edit', input, 't1'), b.before('Edit', input, 't2')]);
    const refused = ends.filter((end) => refusalIn(end) !== undefined);
    const unguarded = await repository.events('edit-unguarded');
    assert.equal(refused.length + unguarded.length, 1);
    assert.deepEqual(await repository.held(), ['x.ts']);
  });

  it('that tell the same call are all answered the same, and it is recorded once', async () => {
    const [a, b] = [repository.agent('a'), repository.agent('b')];
    const input = { file_path: repository.write('x.ts', '1') };
    await b.start();
    const started = await Promise.all([1, 2, 3].map(() => a.before('Write', input, 'same')));
    for (const end of started) assert.deepEqual(end, silence);
    assert.equal((await repository.events('lock-granted')).length, 1);
    repository.write('x.ts', '22');
    const ended = await Promise.all([1, 2, 3].map(() => a.after('Write', input, 'same')));
    for (const end of ended) assert.deepEqual(end, silence);
    assert.equal((await repository.events('file-edited')).length, 1);
    assert.equal(repository.record('a').agents.get('')?.edits, 1);
    const refused = await b.before('Write', input, 'b1');
    assert.ok(refusalIn(refused) !== undefined);
    assert.deepEqual(await b.before('Write', input, 'b1'), refused);
    assert.equal((await repository.events('lock-refused')).length, 1);
  });

  it('of two settings of one harness, one of which names it, are one agent', async () => {
    const a = repository.agent('a');
    const fields = { session_id: 'a', cwd: repository.root, hook_event_name: 'PreToolUse' };
    const call = { tool_name: 'Write', tool_input: { file_path: 'x.ts' }, tool_use_id: 't1' };
    const text = JSON.stringify({ ...fields, ...call, permission_mode: 'default' });
    const ends = await Promise.all([a.raw(text, { args: [] }), a.raw(text)]);
    for (const end of ends) assert.deepEqual(end, silence);
    assert.equal((await repository.entries()).length, 1);
    assert.deepEqual(await repository.held(), ['x.ts']);
  });

  it('of another agent that tells this agent’s call under its own name do not exclude it', async () => {
    // Cursor and VS Code also run the hooks that are set up for Claude Code.
    const cursor = {
      conversation_id: 'c1',
      cursor_version: '3.1.15',
      workspace_roots: [repository.root],
      hook_event_name: 'preToolUse',
      tool_name: 'Write',
      tool_input: { file_path: repository.path('x.ts') },
      tool_use_id: 't1',
    };
    const a = repository.agent('a');
    const text = JSON.stringify(cursor);
    const ends = [await a.raw(text, { args: ['cursor'] }), await a.raw(text, { args: [] })];
    const claudes = await a.raw(text);
    for (const end of [...ends, claudes]) assert.deepEqual(end, silence);
    const keys = (await repository.entries()).map(({ nativeActorKey }) => nativeActorKey);
    assert.deepEqual(keys, ['cursor:session:c1']);
  });
});
