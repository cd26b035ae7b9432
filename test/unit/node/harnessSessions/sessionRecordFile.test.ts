import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { encodeSessionLine, type SessionLine } from '../../../../src/core/harness/sessionLine.ts';
import {
  readSessionRecord,
  sessionRecordName,
} from '../../../../src/node/harnessSessions/sessionRecordFile.ts';
import { headerOf, makeFifo, SessionSandbox, toolLine } from './sessionSandbox.ts';

describe('the record of a session on disk', () => {
  let sandbox: SessionSandbox;
  beforeEach(() => {
    sandbox = new SessionSandbox();
  });
  afterEach(() => sandbox.dispose());

  const seen = (i: number): SessionLine => {
    return { kind: 'seen', atMs: 3000 + i, path: `f${i % 50}.ts`, signature: `${i}` };
  };

  /** As the hook at the end of a turn does. */
  function endTurn(): void {
    const record = sandbox.record();
    record.append({ kind: 'turn-end', atMs: 8000 });
    record.compact();
  }

  it('is what was appended, for the next hook as well, and git does not see it', () => {
    const record = sandbox.record();
    assert.equal(record.state, undefined);
    record.append(headerOf('s1'), toolLine('t1'));
    assert.deepEqual([...(sandbox.record().state?.agents.get('')?.tools.keys() ?? [])], ['t1']);
    assert.equal(readFileSync(join(sandbox.folder, '.gitignore'), 'utf8'), '*\n');
  });

  it('is not made where there is no .heddle', () => {
    rmSync(join(sandbox.root, '.heddle'), { recursive: true });
    assert.throws(() => sandbox.record().append(headerOf('s1')), { code: 'ENOENT' });
    assert.deepEqual(readdirSync(sandbox.root), []);
  });

  it('stays readable after a line that is half written, and loses only that', () => {
    sandbox.record().append(headerOf('s1'), toolLine('t1'));
    const whole = readFileSync(sandbox.record().path, 'utf8');
    appendFileSync(sandbox.record().path, '{"v":1,"kind":"tool","atMs":2001,"cal');
    assert.equal(sandbox.record().state?.agents.get('')?.tools.size, 1);
    // The half line never becomes part of another one.
    const record = sandbox.record();
    record.append(toolLine('t2', 2002));
    assert.deepEqual(
      [...(sandbox.record().state?.agents.get('')?.tools.keys() ?? [])],
      ['t1', 't2'],
    );
    assert.ok(readFileSync(record.path, 'utf8').startsWith(whole));
  });

  it('takes the lines of parallel hooks, of which none is lost', () => {
    const first = sandbox.record();
    first.append(headerOf('s1'));
    const hooks = [first, ...Array.from({ length: 4 }, () => sandbox.record())];
    for (let i = 0; i < 100; i += 1) hooks[i % 5]?.append(toolLine(`t${i}`, 2000 + i));
    assert.equal(sandbox.record().state?.agents.get('')?.tools.size, 100);
    assert.equal(first.state?.agents.get('')?.tools.size, 20, 'until it reads again');
    first.reread();
    assert.equal(first.state.agents.get('')?.tools.size, 100);
  });

  it('keeps what a hook knows when it was removed while the hook ran', () => {
    const record = sandbox.record();
    record.append(headerOf('s1'));
    rmSync(sandbox.folder, { recursive: true });
    record.reread();
    assert.equal(record.state?.header.sessionKey, 's1');
  });

  for (const [what, make] of [
    ['a link', (path: string, to: string) => symlinkSync(to, path)],
    ['a link to nothing', (path: string, to: string) => symlinkSync(`${to}-no`, path)],
    ['a folder', (path: string) => mkdirSync(path)],
    ['a FIFO', (path: string) => makeFifo(path)],
  ] as const) {
    it(`is neither read nor written where ${what} stands`, () => {
      const target = join(sandbox.elsewhere, 'target');
      writeFileSync(target, encodeSessionLine(headerOf('stolen')));
      sandbox.makeFolder();
      make(sandbox.record().path, target);
      const record = sandbox.record();
      assert.equal(record.state, undefined);
      assert.throws(() => record.append(headerOf('s1')));
      assert.equal(readFileSync(target, 'utf8'), encodeSessionLine(headerOf('stolen')));
      assert.deepEqual(readdirSync(sandbox.elsewhere), ['target']);
      record.compact();
    });
  }

  it('is not written into a folder that is a link, nor in place of a file', () => {
    symlinkSync(sandbox.elsewhere, sandbox.folder);
    assert.throws(() => sandbox.record().append(headerOf('s1')), /is not a folder/);
    assert.deepEqual(readdirSync(sandbox.elsewhere), []);
    rmSync(sandbox.folder);
    writeFileSync(sandbox.folder, '');
    assert.throws(() => sandbox.record().append(headerOf('s1')), /is not a folder/);
  });

  it('is not read when it is too long, and is begun anew with what the hook knows', () => {
    sandbox.makeFolder();
    const path = sandbox.record().path;
    writeFileSync(path, `${'x'.repeat(1023)}\n`.repeat(16 * 1024 + 1));
    const record = sandbox.record();
    assert.equal(record.state, undefined);
    record.append(headerOf('s1'), toolLine('t1'));
    assert.ok(statSync(path).size < 10_000);
    assert.equal(readSessionRecord(path)?.state?.agents.get('')?.tools.size, 1);
  });

  it('says the same in fewer lines after it has grown, and grows on from there', () => {
    const record = sandbox.record();
    record.append(headerOf('s1'), { kind: 'prompt', atMs: 1500 }, toolLine('t1'));
    for (let i = 0; i < 3000; i += 1) record.append(seen(i));
    assert.ok(statSync(record.path).size > 128 * 1024);
    endTurn();
    assert.ok(statSync(record.path).size < 20_000);
    record.append({ kind: 'turn-end', atMs: 8000 });
    const before = record.state?.agents.get('');
    assert.deepEqual(sandbox.record().state?.agents.get(''), before);
    // A hook that began before goes on with the new file.
    record.append(toolLine('t2', 9000));
    assert.equal(sandbox.record().state?.agents.get('')?.tools.size, 1);
    assert.deepEqual(
      readdirSync(sandbox.folder).filter((name) => name.endsWith('.tmp')),
      [],
    );
  });

  it('is not made shorter while another hook does so, but is when that one was killed', () => {
    const record = sandbox.record();
    record.append(headerOf('s1'));
    for (let i = 0; i < 3000; i += 1) record.append(seen(i));
    const long = statSync(record.path).size;
    const temporary = join(sandbox.folder, `.${record.name}.tmp`);
    writeFileSync(temporary, '');
    endTurn();
    assert.ok(statSync(record.path).size > long);
    assert.ok(existsSync(temporary));
    utimesSync(temporary, new Date(0), new Date(0));
    endTurn();
    endTurn();
    assert.ok(statSync(record.path).size < long / 2);
    assert.ok(!existsSync(temporary));
  });

  it('is not made shorter when a newer version wrote into it', () => {
    const record = sandbox.record();
    record.append(headerOf('s1'));
    appendFileSync(record.path, '{"v":2,"kind":"telepathy","atMs":1}\n');
    for (let i = 0; i < 3000; i += 1) record.append(seen(i));
    const long = statSync(record.path).size;
    endTurn();
    assert.ok(statSync(record.path).size > long);
  });

  it('has a name of its own for each session, whatever its id is', () => {
    const keys = [
      'a',
      'A',
      'a/b',
      '../a',
      '',
      '.',
      'con',
      'a'.repeat(200),
      'ä',
      'a b',
      'a:b',
      '\0',
      'Xabc',
    ];
    const names = keys.map((key) => sessionRecordName('codex', key));
    assert.equal(new Set(names.map((name) => name.toLowerCase())).size, keys.length);
    for (const name of names) assert.match(name, /^codex-[\w.-]{1,100}$/);
  });
});
