import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeSessionLine } from '../../../../src/core/harness/sessionLine.ts';
import { SessionRecords } from '../../../../src/node/harnessSessions/sessionRecords.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { headerOf, makeFifo, SessionSandbox, toolLine } from './sessionSandbox.ts';

const dayMs = 24 * 60 * 60_000;

describe('the records of all sessions', () => {
  let sandbox: SessionSandbox;
  let clock: FakeClock;
  let records: SessionRecords;
  beforeEach(() => {
    sandbox = new SessionSandbox();
    clock = new FakeClock(100 * dayMs);
    records = new SessionRecords(sandbox.folder, clock);
  });
  afterEach(() => sandbox.dispose());

  it('know nobody where there are none', async () => {
    assert.equal(await records.find('agent-a'), undefined);
    assert.deepEqual(records.names(), []);
    records.prune();
  });

  it('find an agent by its entry, also a child, with what its transcript tells', async () => {
    const transcriptPath = join(sandbox.elsewhere, 't.jsonl');
    writeFileSync(transcriptPath, 'x\n');
    utimesSync(transcriptPath, 7000, 7000);
    sandbox.record('a').append(headerOf('a', { transcriptPath }), toolLine('t1', 2500));
    sandbox.record('b').append(headerOf('b'));
    sandbox.record('a').append({ kind: 'child', atMs: 3000, child: 'k', entryId: 'agent-k' });

    const a = await records.find('agent-a');
    assert.equal(a?.agent.entryId, 'agent-a');
    const evidence = {
      nowMs: clock.now(),
      transcriptChangedMs: 7_000_000,
      interruptedMs: undefined,
    };
    assert.deepEqual(a.evidence, { ...evidence, childActiveMs: 3000 });
    const k = await records.find('agent-k');
    assert.equal(k?.agent.childKey, 'k');
    assert.equal(k.evidence.childActiveMs, undefined);
    assert.equal(await records.find('agent'), undefined, 'a part of an id is none');
  });

  it('count a child as a sign of life only while it works', async () => {
    sandbox.record('a').append(headerOf('a'));
    sandbox.record('a').append({ kind: 'child', atMs: 3000, child: 'k', entryId: 'agent-k' });
    sandbox.record('a').append({ kind: 'child-end', atMs: 4000, child: 'k' });
    assert.equal((await records.find('agent-a'))?.evidence.childActiveMs, undefined);
  });

  it('are found beside what is no record: links, folders, FIFOs, half lines', async () => {
    sandbox.makeFolder();
    const at = (name: string): string => join(sandbox.folder, name);
    writeFileSync(join(sandbox.elsewhere, 'x'), encodeSessionLine(headerOf('stolen')));
    symlinkSync(join(sandbox.elsewhere, 'x'), at('0-link.jsonl'));
    mkdirSync(at('1-folder.jsonl'));
    makeFifo(at('2-fifo.jsonl'));
    writeFileSync(at('3-half.jsonl'), encodeSessionLine(headerOf('half')).slice(0, -3));
    sandbox.record('a').append(headerOf('a'));
    assert.equal((await records.find('agent-a'))?.agent.entryId, 'agent-a');
    assert.equal(await records.find('agent-stolen'), undefined);
    assert.equal(await records.find('agent-half'), undefined);
  });

  it('are removed a week after their last line, and what lay beside them after a day', () => {
    sandbox.makeFolder();
    const files = {
      'a.jsonl': 8,
      'b.jsonl': 6,
      'c.shell.json': 2,
      'd.shell.json': 0,
      '.e.tmp': 2,
      other: 30,
    };
    for (const [name, days] of Object.entries(files)) {
      writeFileSync(join(sandbox.folder, name), '');
      const seconds = (clock.now() - days * dayMs) / 1000;
      utimesSync(join(sandbox.folder, name), seconds, seconds);
    }
    mkdirSync(join(sandbox.folder, 'folder.jsonl'));
    utimesSync(join(sandbox.folder, 'folder.jsonl'), 0, 0);
    records.prune();
    const left = ['b.jsonl', 'd.shell.json', 'folder.jsonl', 'other'];
    assert.deepEqual(readdirSync(sandbox.folder).sort(), left);
  });

  it('are not removed from where a link leads', () => {
    writeFileSync(join(sandbox.elsewhere, 'mine.jsonl'), '');
    utimesSync(join(sandbox.elsewhere, 'mine.jsonl'), 0, 0);
    symlinkSync(sandbox.elsewhere, sandbox.folder);
    records.prune();
    assert.deepEqual(readdirSync(sandbox.elsewhere), ['mine.jsonl']);
  });
});
