import assert from 'node:assert/strict';
import type {
  AgentSighting,
  RegisteredProcess,
  TerminalSighting,
} from '../../../../../src/core/harness/discovery/discoveredAgent.ts';
import { mergeSightings } from '../../../../../src/core/harness/discovery/mergeSightings.ts';

function sighting(pid: number, fields: Partial<AgentSighting> = {}): AgentSighting {
  return {
    harness: 'claude-code',
    pid,
    args: ['claude', '-p', `task ${pid}`],
    cwd: '/repo',
    processStart: `linux-ticks:${pid}00`,
    startedAtMs: pid,
    ...fields,
  };
}

function registered(pid: number, fields: Partial<RegisteredProcess> = {}): RegisteredProcess {
  return {
    sessionId: `agent-${pid}`,
    isActive: true,
    isChild: false,
    pid,
    processStart: `linux-ticks:${pid}00`,
    ...fields,
  };
}

function terminal(fields: Partial<TerminalSighting> = {}): TerminalSighting {
  return {
    id: 't1',
    harness: 'claude-code',
    shellPid: 50,
    cwd: '/repo',
    startedAtMs: 1,
    ...fields,
  };
}

interface World {
  readonly processes?: readonly AgentSighting[];
  readonly terminals?: readonly TerminalSighting[];
  readonly registered?: readonly RegisteredProcess[];
  readonly parents?: Readonly<Record<number, number>>;
  readonly canSeeProcesses?: boolean;
}

function merge(world: World) {
  return mergeSightings({
    processes: [],
    terminals: [],
    registered: [],
    canSeeProcesses: true,
    ...world,
    parentOf: (pid) => world.parents?.[pid],
  });
}

describe('mergeSightings', () => {
  it('tells of a process that nobody registered all that is known', () => {
    assert.deepEqual(merge({ processes: [sighting(9)], parents: { 9: 1 } }), [
      {
        id: 'process:9:linux-ticks:900',
        harness: 'claude-code',
        source: 'process',
        confidence: 'high',
        reason: 'process-in-repository',
        pid: 9,
        processStart: 'linux-ticks:900',
        startedAtMs: 9,
        cwd: '/repo',
        parent: undefined,
      },
    ]);
  });

  describe('leaves out who is registered', () => {
    const pids = (...entries: readonly RegisteredProcess[]): readonly unknown[] =>
      merge({ processes: [sighting(9)], registered: entries }).map(({ pid }) => pid);

    it('by process id and start', () => assert.deepEqual(pids(registered(9)), []));
    it('by process id alone when no start was recorded', () => {
      assert.deepEqual(pids(registered(9, { processStart: undefined })), []);
    });
    it('also when the entry has ended but the process is still there', () => {
      assert.deepEqual(pids(registered(9, { isActive: false })), []);
    });
    it('but not by the id of a process that began at another time', () => {
      assert.deepEqual(pids(registered(9, { processStart: 'linux-ticks:1' })), [9]);
    });
    it('nor by an ended entry without a start, whose id may be used anew', () => {
      assert.deepEqual(pids(registered(9, { isActive: false, processStart: undefined })), [9]);
    });
    it('nor by another process', () => assert.deepEqual(pids(registered(8)), [9]));
  });

  describe('takes a script and the program that it starts for one agent', () => {
    const script = (pid: number, ...args: readonly string[]): AgentSighting =>
      sighting(pid, { args: ['/usr/bin/node', '/usr/bin/x', ...args] });
    const parents = { 9: 8, 8: 7, 7: 1 };
    const pids = (...processes: readonly AgentSighting[]): readonly unknown[] =>
      merge({ processes, parents }).map(({ pid }) => pid);

    it('which is the program', () => {
      const native = sighting(9, { args: ['/opt/x', 'exec', 'do it'] });
      assert.deepEqual(pids(script(8, 'exec', 'do it'), native), [9]);
      assert.deepEqual(pids(native, script(8, 'exec', 'do it')), [9]);
    });
    it('also a script that starts itself again with options of the runtime, and twice', () => {
      const again = sighting(8, { args: ['node', '--max-old-space-size=99', '/usr/bin/x', '-p'] });
      assert.deepEqual(pids(script(7, '-p'), again, sighting(9, { args: ['x', '-p'] })), [9]);
    });
    it('but not an agent that it gave another task', () => {
      assert.deepEqual(pids(script(8, '-p', 'a'), script(9, '-p', 'b')), [8, 9]);
    });
    it('nor one in another folder, nor one of another kind', () => {
      assert.deepEqual(
        pids(script(8, 'a'), sighting(9, { args: ['x', 'a'], cwd: '/repo/w' })),
        [8, 9],
      );
      assert.deepEqual(
        pids(script(8, 'a'), sighting(9, { args: ['x', 'a'], harness: 'codex' })),
        [8, 9],
      );
    });
    it('nor a program that calls itself', () => {
      assert.deepEqual(
        pids(sighting(8, { args: ['x', 'a'] }), sighting(9, { args: ['x', 'a'] })),
        [8, 9],
      );
    });
    it('of which one registration is enough', () => {
      const processes = [script(8, 'a'), sighting(9, { args: ['x', 'a'] })];
      assert.deepEqual(merge({ processes, parents, registered: [registered(8)] }), []);
      assert.deepEqual(merge({ processes, parents, registered: [registered(9)] }), []);
    });
  });

  describe('names the nearest agent above', () => {
    const parents = { 9: 6, 6: 5, 5: 4, 4: 3 };
    it('when it was discovered as well', () => {
      const [outer, inner] = merge({ processes: [sighting(5), sighting(9)], parents });
      assert.equal(outer?.parent, undefined);
      assert.deepEqual(inner?.parent, { kind: 'discovered', id: outer?.id });
    });
    it('when it is registered: the session, not a child that shares its process', () => {
      const child = registered(4, { sessionId: 'agent-child', isChild: true });
      const [found] = merge({
        processes: [sighting(9)],
        registered: [child, registered(4)],
        parents,
      });
      assert.deepEqual(found?.parent, { kind: 'registered', sessionId: 'agent-4' });
    });
    it('and not one that has ended, nor anybody in a circle', () => {
      const [found] = merge({
        processes: [sighting(9)],
        registered: [registered(4, { isActive: false })],
        parents: { ...parents, 3: 9 },
      });
      assert.equal(found?.parent, undefined);
    });
  });

  describe('of a command in a terminal', () => {
    it('makes an agent when processes cannot be looked at', () => {
      const [found] = merge({ terminals: [terminal()], canSeeProcesses: false });
      assert.equal(found?.id, 'terminal:t1');
      assert.equal(found.source, 'terminal');
      assert.equal(found.confidence, 'medium');
      assert.equal(found.reason, 'terminal-command');
      assert.equal(found.pid, undefined);
    });
    it('doubts one of which no process is found', () => {
      const [found] = merge({ terminals: [terminal()] });
      assert.equal(found?.confidence, 'low');
      assert.equal(found.reason, 'terminal-command-alone');
    });
    it('cannot doubt it when the shell is not known', () => {
      const [found] = merge({ terminals: [terminal({ shellPid: undefined })] });
      assert.equal(found?.confidence, 'medium');
    });
    it('makes nothing when its process is discovered or registered', () => {
      const parents = { 9: 60, 60: 50 };
      const world = { terminals: [terminal()], parents };
      assert.deepEqual(
        merge({ ...world, processes: [sighting(9)] }).map(({ source }) => source),
        ['process'],
      );
      assert.deepEqual(merge({ ...world, registered: [registered(9)] }), []);
    });
    it('keeps one beside a process of another kind or of another terminal', () => {
      const sources = (processes: readonly AgentSighting[], parent: number): readonly string[] =>
        merge({ terminals: [terminal()], processes, parents: { 9: parent } }).map(
          ({ source }) => source,
        );
      assert.deepEqual(sources([sighting(9, { harness: 'codex' })], 50), ['process', 'terminal']);
      assert.deepEqual(sources([sighting(9)], 51), ['process', 'terminal']);
    });
  });
});
