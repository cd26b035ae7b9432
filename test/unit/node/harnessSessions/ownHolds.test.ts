import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileLocksFolder } from '../../../../src/node/fileLocksFolder.ts';
import { OwnHolds, type Freshness } from '../../../../src/node/harnessSessions/ownHolds.ts';
import { SessionLocks } from './sessionLocks.ts';
import { makeFifo, SessionSandbox } from './sessionSandbox.ts';

const minuteMs = 60_000;

describe('what a session holds, by its own file', () => {
  let sandbox: SessionSandbox;
  let store: SessionLocks;
  let own: OwnHolds;
  const id = 'agent-a';

  beforeEach(() => {
    sandbox = new SessionSandbox();
    store = new SessionLocks(sandbox.location);
    own = new OwnHolds(fileLocksFolder(sandbox.location), () => store.paths.rules);
  });
  afterEach(() => sandbox.dispose());

  function after(ms: number, hasProcess = false): Freshness {
    return { nowMs: Date.now() + ms, maxAgeMs: 45 * minuteMs, hasProcess };
  }

  function holderFile(): string {
    const folder = fileLocksFolder(sandbox.location);
    const [name] = readdirSync(folder).filter((each) => each.includes(id));
    if (name === undefined) throw new Error('there is no file of the holder');
    return join(folder, name);
  }

  it('is nothing before it took anything, and then exactly that', async () => {
    assert.equal(own.mayHold(id), false);
    assert.equal(own.holds(id, ['x.ts'], after(0)), false);
    await store.hold(id, ['x.ts', 'folder']);
    assert.equal(own.mayHold(id), true);
    assert.equal(own.holds(id, ['x.ts'], after(0)), true);
    assert.equal(own.holds(id, ['x.ts', 'folder/y.ts'], after(0)), true);
    assert.equal(own.holds(id, ['x.ts', 'z.ts'], after(0)), false);
    assert.equal(own.holds('agent-b', ['x.ts'], after(0)), false);
  });

  it('is not what it gave back, nor what somebody else took', async () => {
    await store.hold(id, ['x.ts']);
    await store.locks.closeTurn({ kind: 'session', sessionId: id });
    assert.equal(own.mayHold(id), false);
    assert.equal(own.holds(id, ['x.ts'], after(0)), false);
    await store.hold('agent-b', ['x.ts']);
    assert.equal(own.holds(id, ['x.ts'], after(0)), false);
  });

  it('is not what it shares with others', async () => {
    await store.hold(id, ['x.ts'], { mode: 'shared' });
    assert.equal(own.holds(id, ['x.ts'], after(0)), false);
  });

  it('is not what it has to be told of first', async () => {
    await store.hold(id, ['x.ts', 'y.ts']);
    await store.locks.noteSavedOver({ kind: 'text', text: 'Ada' }, 'x.ts');
    assert.equal(own.holds(id, ['x.ts'], after(0)), false);
    assert.equal(own.holds(id, ['y.ts'], after(0)), true);
  });

  it('is taken again in good time: before half of it is over, with a process before 45 minutes', async () => {
    await store.hold(id, ['x.ts'], { ttlMs: 10 * minuteMs });
    assert.equal(own.holds(id, ['x.ts'], after(4 * minuteMs)), true);
    assert.equal(own.holds(id, ['x.ts'], after(6 * minuteMs)), false);
    assert.equal(own.holds(id, ['x.ts'], after(44 * minuteMs, true)), true);
    assert.equal(own.holds(id, ['x.ts'], after(46 * minuteMs, true)), false);
    // A clock that was set back.
    assert.equal(own.holds(id, ['x.ts'], after(-50 * minuteMs, true)), false);
  });

  it('ages, but for what it asked for itself', async () => {
    await store.hold(id, ['x.ts']);
    await store.hold(id, ['own.ts'], { isTurnBound: false });
    assert.deepEqual(own.agingLocks(id, after(44 * minuteMs)), []);
    assert.deepEqual(own.agingLocks(id, after(46 * minuteMs)), ['x.ts']);
    assert.deepEqual(own.agingLocks('agent-b', after(46 * minuteMs)), []);
  });

  it('is undecided when the file cannot be understood, so that the store is asked', async () => {
    await store.hold(id, ['x.ts']);
    const path = holderFile();
    const text = readFileSync(path, 'utf8');
    for (const broken of ['', '{', '[]', 'null', text.slice(0, -10), `${text}x`]) {
      writeFileSync(path, broken);
      assert.equal(own.mayHold(id), true, broken);
      assert.equal(own.holds(id, ['x.ts'], after(0)), false, broken);
      assert.deepEqual(own.agingLocks(id, after(46 * minuteMs)), []);
    }
  });

  it('is not read through a link, from a folder or a FIFO', async () => {
    await store.hold(id, ['x.ts']);
    const path = holderFile();
    const target = join(sandbox.elsewhere, 'target');
    writeFileSync(target, readFileSync(path));
    for (const make of [
      () => symlinkSync(target, path),
      () => mkdirSync(path),
      () => makeFifo(path),
    ]) {
      rmSync(path, { recursive: true });
      make();
      assert.equal(own.holds(id, ['x.ts'], after(0)), false);
    }
  });

  it('is nothing for an id that would lead to another file', () => {
    writeFileSync(join(sandbox.elsewhere, 'x.json'), '{}');
    for (const sessionId of ['../../x', '', '.', '\0', 'a/b']) {
      assert.equal(own.mayHold(sessionId), false);
      assert.equal(own.holds(sessionId, ['x.ts'], after(0)), false);
    }
  });
});
