import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/base/event.ts';
import { silentLogger } from '../../../../src/base/logger.ts';
import type { FolderChange } from '../../../../src/core/agents/folderWatcher.ts';
import type { AgentNow } from '../../../../src/core/harness/agentNow.ts';
import { defaultHookSettings } from '../../../../src/core/harness/hookSettings.ts';
import { encodeSessionLine, type SessionLine } from '../../../../src/core/harness/sessionLine.ts';
import { SessionMonitor } from '../../../../src/core/harness/sessionMonitor.ts';
import { noonMs, sessionLine } from '../../../support/agentsAtWork.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

const minuteMs = 60_000;

/** Records in memory, watched by a monitor. */
class Records {
  readonly clock = new FakeClock(noonMs);
  settings = defaultHookSettings;
  readonly told: string[][] = [];
  private readonly texts = new Map<string, string>();
  private readonly changes = new Emitter<FolderChange>(() => undefined);
  readonly monitor = new SessionMonitor({
    source: {
      list: () => Promise.resolve([...this.texts.keys()]),
      isRecord: (name) => name.endsWith('.jsonl'),
      read: (name, from) => {
        const text = this.texts.get(name);
        if (text === undefined) return Promise.resolve(undefined);
        const isAnew = from === undefined || from.bytes > text.length;
        const position = { fileId: name, bytes: text.length };
        return Promise.resolve({ text: text.slice(isAnew ? 0 : from.bytes), position, isAnew });
      },
    },
    watcher: { onDidChange: this.changes.event },
    settings: () => this.settings,
    clock: this.clock,
    logger: silentLogger,
  });

  constructor() {
    this.monitor.onDidChange(({ entryIds }) => this.told.push([...entryIds].sort()));
  }

  /** Adds lines to the record of an agent, and resolves when the monitor knows them. */
  async add(id: string, ...lines: readonly SessionLine[]): Promise<void> {
    const name = `${id}.jsonl`;
    const before = this.texts.get(name) ?? encodeSessionLine(sessionLine(id));
    this.texts.set(name, before + lines.map(encodeSessionLine).join(''));
    this.changes.fire({ fileNames: [name] });
    await this.heard();
  }

  async remove(id: string): Promise<void> {
    this.texts.delete(`${id}.jsonl`);
    this.changes.fire({ fileNames: [`${id}.jsonl`] });
    await this.heard();
  }

  agent(id: string): AgentNow {
    const agent = this.monitor.now.get(id);
    if (agent === undefined) throw new Error(`nothing is known of ${id}`);
    return agent;
  }

  async heard(): Promise<void> {
    for (let i = 0; i < 5; i += 1) await new Promise((done) => setImmediate(done));
  }
}

const prompt: SessionLine = { kind: 'prompt', atMs: noonMs };
const bash: SessionLine = {
  ...{ kind: 'tool', atMs: noonMs, callId: 'c', name: 'Bash', does: 'shell', paths: [] },
};

describe('SessionMonitor', () => {
  let records: Records;
  beforeEach(() => {
    records = new Records();
  });
  afterEach(() => records.monitor.dispose());

  it('follows what an agent does', async () => {
    await records.add('a');
    assert.equal(records.agent('a').phase, 'idle');
    await records.add('a', prompt);
    assert.equal(records.agent('a').phase, 'working');
    await records.add('a', bash);
    assert.equal(records.agent('a').tool?.name, 'Bash');
    await records.add('a', { kind: 'waiting', atMs: noonMs, reason: 'question', text: 'Which?' });
    assert.deepEqual(records.agent('a').waitsFor, { reason: 'question', text: 'Which?' });
    await records.add('a', { kind: 'turn-end', atMs: noonMs });
    assert.equal(records.agent('a').phase, 'idle');
    assert.equal(records.told.length, 5);
  });

  it('tells of the agents that look different only, whose objects alone are others', async () => {
    await records.add('a', prompt);
    await records.add('b', prompt);
    const [a, b] = [records.agent('a'), records.agent('b')];
    await records.add('a', bash);
    assert.deepEqual(records.told.at(-1), ['a']);
    assert.notEqual(records.agent('a'), a);
    assert.equal(records.agent('b'), b);
    const count = records.told.length;
    await records.add('a', { kind: 'seen', atMs: noonMs + 5, path: 'x', signature: 's' });
    assert.equal(records.told.length, count, 'what shows nowhere is not told');
  });

  it('calls an agent quiet when nothing was heard of it for ten minutes', async () => {
    await records.add('a', prompt);
    records.clock.advance(10 * minuteMs - 1);
    assert.equal(records.agent('a').phase, 'working');
    records.clock.advance(1000);
    assert.equal(records.agent('a').phase, 'quiet');
    assert.equal(records.agent('a').sinceMs, noonMs);
    assert.deepEqual(records.told.at(-1), ['a']);
    await records.add('a', { kind: 'prompt', atMs: records.clock.now() });
    assert.equal(records.agent('a').phase, 'working');
  });

  it('waits an hour for a command, and for ever for a person', async () => {
    await records.add('a', prompt, bash);
    await records.add('b', prompt, { kind: 'waiting', atMs: noonMs, reason: 'permission' });
    records.clock.advance(59 * minuteMs);
    assert.equal(records.agent('a').phase, 'working');
    records.clock.advance(2 * minuteMs);
    assert.equal(records.agent('a').phase, 'quiet');
    assert.equal(records.agent('b').phase, 'waiting');
  });

  it('takes growth of a transcript for a sign of life', async () => {
    await records.add('a', prompt);
    records.clock.advance(9 * minuteMs);
    records.monitor.noteGrowth(new Map([['a', records.clock.now()]]));
    records.clock.advance(9 * minuteMs);
    assert.equal(records.agent('a').phase, 'working');
    records.clock.advance(2 * minuteMs);
    assert.equal(records.agent('a').phase, 'quiet');
    records.monitor.noteGrowth(new Map([['a', records.clock.now()]]));
    assert.equal(records.agent('a').phase, 'working');
  });

  it('does not call an agent quiet while a child of it works', async () => {
    const child: SessionLine = { kind: 'child', atMs: noonMs, child: 'k', entryId: 'a-child' };
    await records.add('a', prompt, child);
    records.clock.advance(8 * minuteMs);
    await records.add('a', { ...prompt, atMs: records.clock.now(), child: 'k' });
    records.clock.advance(8 * minuteMs);
    assert.equal(records.agent('a').phase, 'working');
    records.clock.advance(4 * minuteMs);
    assert.deepEqual(
      [records.agent('a').phase, records.agent('a-child').phase],
      [...['quiet', 'quiet']],
    );
  });

  it('follows the settings', async () => {
    await records.add('a', prompt);
    records.settings = { ...defaultHookSettings, quietMs: minuteMs };
    records.clock.advance(2 * minuteMs);
    assert.equal(records.agent('a').phase, 'working');
    await records.add('b', prompt);
    assert.equal(records.agent('a').phase, 'quiet');
  });

  it('forgets an agent whose record is gone', async () => {
    await records.add('a', prompt);
    await records.remove('a');
    assert.equal(records.monitor.now.size, 0);
    assert.deepEqual(records.told.at(-1), ['a']);
    assert.equal(records.clock.pendingTimers, 0);
  });

  it('reads a record from its beginning again that is another', async () => {
    await records.add('a', prompt, bash, bash, bash);
    await records.remove('a');
    await records.add('a', prompt);
    assert.equal(records.agent('a').tool, undefined);
    assert.equal(records.agent('a').phase, 'working');
  });
});
