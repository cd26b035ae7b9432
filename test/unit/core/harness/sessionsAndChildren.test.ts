import assert from 'node:assert/strict';
import { knownEntry } from '../../../../src/core/agents/knownEntry.ts';
import { withStatus } from '../../../../src/core/agents/entryStatus.ts';
import { lockTimeout, useHookWorld } from './hookWorld.ts';

describe('sessions and their children', () => {
  const world = useHookWorld();
  const child = { child: 'k' };

  const statusOf = (entryId: string) => knownEntry(world().fixture.entries.index, entryId)?.status;

  function end(entryId: string): void {
    const { entries } = world().fixture;
    const entry = knownEntry(entries.index, entryId);
    assert.ok(entry);
    entries.write(withStatus(entry, 'abandoned', world().clock.now()));
  }

  it('an end of something of which nothing is known begins nothing', async () => {
    const a = world().session('a', { pid: 1 });
    await a.stop();
    await a.fire({ kind: 'session-ended' });
    await a.fire({ kind: 'child-ended' }, child);
    await a.fire({ kind: 'usage', usage: { inputTokens: 1 } });
    assert.equal(world().texts.size, 0);
    await a.start();
    await a.fire({ kind: 'child-ended' }, child);
    assert.throws(() => a.agentOf('k'));
  });

  it('what comes late, after the end of a session or child, takes nothing up again', async () => {
    const a = world().session('a', { pid: 1 });
    await a.start();
    await a.edit('k.ts', { child: 'k', call: '1' });
    await a.fire({ kind: 'child-ended' }, child);
    await a.afterEdit('k.ts', { child: 'k', call: '2' });
    await a.fire({ kind: 'other' }, child);
    assert.equal(a.agentOf('k').phase, 'ended');
    assert.equal(statusOf('agent-a-k'), 'complete');
    await a.fire({ kind: 'session-ended' });
    await a.fire({ kind: 'other' });
    await a.stop();
    await a.afterEdit('x.ts', { call: '3' });
    await a.fire({ kind: 'waiting', reason: 'idle', text: undefined });
    assert.equal(statusOf('agent-a'), 'complete');
    assert.equal(world().fold('a').state?.isEnded, true);
  });

  it('a session is taken up again after its end, with what it has seen', async () => {
    const a = world().session('a', { pid: 1 });
    world().write('x.ts');
    await a.read('x.ts');
    await a.beforeShell({ call: 'never-ended' });
    await a.fire({ kind: 'session-ended' });
    world().clock.advance(1000);
    const b = world().session('b', { pid: 2 });
    await b.edit('x.ts');
    await b.stop();
    await a.fire({ kind: 'session-started', isResumed: true });
    assert.equal(statusOf('agent-a'), 'active');
    assert.equal(a.agent.tools.size, 0);
    assert.equal((await a.beforeEdit('x.ts')).kind, 'refuse', 'its view is out of date');
  });

  it('the stop of a session does not free what its child in the background holds', async () => {
    const a = world().session('a', { pid: 1 });
    await a.edit('x.ts');
    await a.edit('k.ts', child);
    await a.stop();
    await a.prompt();
    await a.fire({ kind: 'waiting', reason: 'idle', text: undefined });
    assert.deepEqual(await world().held(), ['agent-a-k: k.ts']);
    await a.fire({ kind: 'child-ended' }, child);
    assert.deepEqual(await world().held(), []);
  });

  it('a child whose end nobody tells keeps what it holds for ten minutes, whatever its session does', async () => {
    const a = world().session('a', { pid: 1 });
    await a.edit('own.ts');
    await a.fire({ kind: 'child-started' }, { child: 'k' });
    await a.edit('k.ts', { child: 'k' });
    const b = world().session('b', { pid: 2 });
    for (let i = 0; i < 3; i += 1) {
      world().advanceMinutes(3);
      await a.read('y.ts');
      assert.equal((await b.beforeEdit('k.ts')).kind, 'refuse');
    }
    world().advanceMinutes(2);
    await a.read('y.ts');
    world().clock.advance(2000);
    assert.equal((await b.beforeEdit('k.ts')).kind, 'nothing');
    assert.equal((await b.beforeEdit('own.ts')).kind, 'refuse');
    // Nor does it keep its session at work for ever.
    world().advanceMinutes(11);
    assert.equal((await b.beforeEdit('own.ts')).kind, 'nothing');
  });

  it('the end of a session ends its children and frees what they hold', async () => {
    const a = world().session('a', { pid: 1 });
    await a.edit('x.ts');
    await a.edit('k.ts', child);
    await a.fire({ kind: 'session-ended' });
    assert.deepEqual(await world().held(), []);
    assert.deepEqual(['agent-a', 'agent-a-k'].map(statusOf), ['complete', 'complete']);
  });

  it('children exclude each other, but are lent what their session holds', async () => {
    const a = world().session('a', { pid: 1 });
    await a.edit('x.ts');
    assert.equal((await a.beforeEdit('x.ts', { child: 'k' })).kind, 'nothing');
    assert.equal((await a.beforeEdit('x.ts', { child: 'l' })).kind, 'refuse');
  });

  it('a session that waits for its child is at work while the child is', async () => {
    const a = world().session('a', { pid: 1 });
    const b = world().session('b', { pid: 2 });
    await a.edit('x.ts');
    const task = { name: 'Agent', callId: 'task', action: { kind: 'other' } } as const;
    await a.fire({ kind: 'tool-starting', call: task });
    for (let i = 0; i < 10; i += 1) {
      world().advanceMinutes(6);
      await a.read('y.ts', child);
    }
    assert.equal((await b.beforeEdit('x.ts')).kind, 'refuse');
  });

  it('what children of an earlier process held is given back when the session is taken up', async () => {
    const before = world().session('a', { pid: 1 });
    await before.edit('k.ts', child);
    world().fixture.probe.end(1);
    const after = world().session('a', { pid: 7 });
    await after.fire({ kind: 'session-started', isResumed: true });
    assert.equal(after.agentOf('k').phase, 'ended');
    assert.equal(statusOf('agent-a-k'), 'complete');
  });

  it('an agent whose entry somebody ended or removed registers again with its next edit', async () => {
    const a = world().session('a', { pid: 1 });
    await a.edit('x.ts');
    await a.edit('k.ts', child);
    end('agent-a');
    end('agent-a-k');
    assert.equal((await a.beforeEdit('y.ts')).kind, 'nothing');
    assert.equal((await a.beforeEdit('z.ts', child)).kind, 'nothing');
    assert.deepEqual(['agent-a', 'agent-a-k'].map(statusOf), ['active', 'active']);
    await world().fixture.entries.delete('agent-a');
    assert.equal((await a.beforeEdit('w.ts')).kind, 'nothing');
    assert.equal(statusOf('agent-a'), 'active');
  });

  it('an agent that goes on in another process without a start registers that process', async () => {
    await world().session('a', { pid: 1 }).edit('x.ts');
    world().fixture.probe.end(1);
    const again = world().session('a', { pid: 7 });
    assert.equal((await again.beforeEdit('y.ts')).kind, 'nothing');
    assert.equal(world().fold('a').state?.header.process?.pid, 7);
    assert.deepEqual(await world().held(), ['agent-a: x.ts', 'agent-a: y.ts']);
  });

  it('one that cannot register because a parallel hook does goes on with what that registered', async () => {
    const a = world().session('a', { pid: 1 });
    const ports = world().ports(a.about);
    await a.start();
    world().storeFailure = lockTimeout();
    const { handleEvent } = await import('../../../../src/core/harness/hookPolicy.ts');
    const started = a.event({ kind: 'other' });
    assert.equal((await handleEvent(started, ports)).kind, 'nothing');
    assert.equal(world().fold('a').state?.header.entryId, 'agent-a');
  });

  it('child keys with a meaning elsewhere are only keys', async () => {
    const a = world().session('a', { pid: 1 });
    for (const key of ['__proto__', 'constructor', 'toString']) {
      await a.fire({ kind: 'child-started' }, { child: key }).catch(() => undefined);
    }
    const { agents } = world().fold('a').state ?? {};
    assert.ok(agents instanceof Map);
    assert.equal(({} as Record<string, unknown>).entryId, undefined);
  });

  it('a failing store does not keep the record from saying what is so', async () => {
    const a = world().session('a', { pid: 1 });
    await a.edit('x.ts');
    await a.edit('k.ts', child);
    world().storeFailure = lockTimeout();
    await assert.rejects(a.fire({ kind: 'child-ended' }, child));
    await assert.rejects(a.stop());
    assert.deepEqual([a.agentOf('k').phase, a.agent.phase], ['ended', 'idle']);
    await assert.rejects(a.fire({ kind: 'session-ended' }));
    assert.equal(world().fold('a').state?.isEnded, true);
    world().storeFailure = undefined;
    world().clock.advance(2000);
    const b = world().session('b', { pid: 2 });
    assert.equal((await b.beforeEdit(['x.ts', 'k.ts'])).kind, 'nothing');
  });

  it('a refusal is told to every hook of the one call, and recorded once', async () => {
    const a = world().session('a', { pid: 1 });
    await a.edit('x.ts');
    const b = world().session('b', { pid: 2 });
    const first = await b.beforeEdit('x.ts', { call: 'same' });
    const second = await b.beforeEdit('x.ts', { call: 'same' });
    assert.equal(first.kind, 'refuse');
    assert.deepEqual(second, first);
    const refusals = () => world().events.filter(({ kind }) => kind === 'lock-refused').length;
    assert.equal(refusals(), 1);
    await a.stop();
    world().clock.advance(11_000);
    assert.equal((await b.beforeEdit('x.ts', { call: 'same' })).kind, 'nothing', 'another call');
  });

  it('the same id with other files is another call', async () => {
    await world().session('a', { pid: 1 }).edit('x.ts');
    const b = world().session('b', { pid: 2 });
    assert.equal((await b.beforeEdit('x.ts', { call: 'call_0' })).kind, 'refuse');
    assert.equal((await b.beforeEdit('y.ts', { call: 'call_0' })).kind, 'nothing');
  });

  it('a tool of our own is told for whom it is called', async () => {
    const a = world().session('a', { pid: 1 });
    const action = { kind: 'own-tool', input: { path: 'x.ts', _heddleSession: 'forged' } } as const;
    const call = { name: 'mcp__heddle-agents__lock_files', callId: '1', action };
    assert.deepEqual(await a.fire({ kind: 'tool-starting', call }, child), {
      kind: 'replace-input',
      input: { path: 'x.ts', _heddleSession: 'agent-a-k' },
    });
  });
});
