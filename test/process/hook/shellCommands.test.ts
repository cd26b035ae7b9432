import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { HookRepository, toldIn, type FakeAgent } from './hookRepository.ts';

describe('a file that another agent holds and a command changes', () => {
  let repository: HookRepository;
  let a: FakeAgent;
  let b: FakeAgent;
  let file = '';

  beforeEach(async () => {
    repository = new HookRepository();
    [a, b] = [repository.agent('a'), repository.agent('b')];
    file = repository.write('x.ts', 'one\n');
    await a.before('Write', { file_path: file }, 'a1');
    await a.after('Write', { file_path: file }, 'a1');
  });
  afterEach(() => repository.dispose());

  const silence = { stdout: '', stderr: '', code: 0 };
  const command = { command: 'sed -i s/one/two/ x.ts' };
  const person = { kind: 'window', windowId: 'window-1', name: 'Ada', process: undefined } as const;

  /** Times of files move in steps, and so do those of the log. */
  const aMoment = () => delay(50);

  it('is told to both, with the command and a copy of what was lost', async () => {
    assert.deepEqual(await b.before('Bash', command, 'b1'), silence);
    await aMoment();
    repository.write('x.ts', 'two\n');
    const told = toldIn(await b.after('Bash', command, 'b1'));
    assert.match(told ?? '', /your command changed files/);
    assert.match(told ?? '', /x\.ts is held by /);
    const [event] = await repository.events('lock-saved-over');
    const entry = await repository.entryOf('b');
    assert.deepEqual(
      [event?.cause, event?.reason, event?.paths, event?.other?.sessionId],
      ['shell', command.command, ['x.ts'], entry.sessionId],
    );
    const stale = await a.before('Write', { file_path: file }, 'a2');
    assert.match(stale.stdout, /"deny".*your view of the file is out of date/);
    assert.deepEqual(await a.before('Write', { file_path: file }, 'a3'), silence);
    assert.deepEqual(await b.after('Bash', command, 'b1'), silence);
    assert.equal((await repository.events('lock-saved-over')).length, 1);
  });

  it('is not the doing of the command when a person saved it meanwhile in an editor', async () => {
    await b.before('Bash', command, 'b1');
    await aMoment();
    repository.write('x.ts', 'by Ada\n');
    await repository.locks.locks.noteSavedOver(person, 'x.ts');
    assert.deepEqual(await b.after('Bash', command, 'b1'), silence);
    const events = await repository.events('lock-saved-over');
    assert.deepEqual(
      events.map(({ other, cause }) => [other?.name, cause]),
      [['Ada', undefined]],
    );
  });

  it('is the doing of the command when that changed it after a person had saved it', async () => {
    await b.before('Bash', command, 'b1');
    await aMoment();
    repository.write('x.ts', 'by Ada\n');
    await repository.locks.locks.noteSavedOver(person, 'x.ts');
    await aMoment();
    repository.write('x.ts', 'by the command\n');
    assert.match(toldIn(await b.after('Bash', command, 'b1')) ?? '', /your command changed files/);
  });

  it('is not the doing of the command when its holder edited it meanwhile', async () => {
    await b.before('Bash', command, 'b1');
    await aMoment();
    await a.before('Write', { file_path: file }, 'a2');
    repository.write('x.ts', 'by a\n');
    await a.after('Write', { file_path: file }, 'a2');
    assert.deepEqual(await b.after('Bash', command, 'b1'), silence);
    assert.deepEqual(await repository.events('lock-saved-over'), []);
  });
});
