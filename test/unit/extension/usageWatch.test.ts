import assert from 'node:assert/strict';
import { silentLogger } from '../../../src/base/logger.ts';
import type { SessionLine } from '../../../src/core/harness/sessionLine.ts';
import type { SessionState } from '../../../src/core/harness/sessionState.ts';
import { listPrices } from '../../../src/core/harness/usage/priceTable.ts';
import { nothingRead } from '../../../src/core/harness/usage/transcriptFormat.ts';
import type { SummaryFigures } from '../../../src/core/harness/usage/usageSummary.ts';
import { nothingUsed } from '../../../src/core/harness/usage/usageTotals.ts';
import { UsageWatch } from '../../../src/extension/usageWatch.ts';
import type { TranscriptNews } from '../../../src/extension/usageWatchPorts.ts';
import { noonMs, sessionLine, stateOf, tokensOf } from '../../support/agentsAtWork.ts';
import { FakeClock } from '../../support/fakeClock.ts';

/** The agents of a root whose transcripts a test writes. */
class Desk {
  readonly clock = new FakeClock(noonMs);
  states: readonly SessionState[] = [];
  mayRead = true;
  readonly gone = new Set<string>();
  readonly news = new Map<string, TranscriptNews>();
  readonly reads: string[] = [];
  readonly raised: (readonly [string, SummaryFigures])[] = [];
  readonly interrupted: string[] = [];
  readonly grown: string[] = [];
  readonly told: string[][] = [];
  readonly watch = new UsageWatch({
    states: () => this.states,
    read: ({ path }) => {
      this.reads.push(path);
      const news = this.news.get(path);
      this.news.delete(path);
      return Promise.resolve(news);
    },
    grew: (growth) => this.grown.push(...growth.keys()),
    isPresent: (id) => !this.gone.has(id),
    raise: (id, figures) => {
      this.raised.push([id, figures]);
      return Promise.resolve();
    },
    interrupted: ({ agent }) => {
      this.interrupted.push(agent.entryId);
      return Promise.resolve();
    },
    prices: listPrices,
    mayRead: () => this.mayRead,
    clock: this.clock,
    logger: silentLogger,
  });

  constructor() {
    this.watch.onDidChange((ids) => this.told.push([...ids]));
  }

  /** Adds an agent whose transcript is `/<its id>.jsonl`. */
  add(id: string, ...lines: readonly SessionLine[]): void {
    const session = sessionLine(id, { transcriptPath: `/${id}.jsonl` });
    this.states = [...this.states, stateOf(session, ...lines)];
  }

  /** What the transcript says from now on. */
  write(id: string, output: number, more: Partial<TranscriptNews['reading']> = {}): void {
    const totals = { ...nothingUsed, tokens: tokensOf({ output }) };
    this.news.set(`/${id}.jsonl`, {
      reading: { ...nothingRead, totals, ...more },
      isComplete: true,
      changedMs: this.clock.now(),
    });
  }

  output(id: string): number | undefined {
    return this.watch.usageOf(id)?.totals.tokens.output;
  }

  /** Lets seconds pass one by one, with time for what is awaited in each. */
  async seconds(count: number): Promise<void> {
    for (let i = 0; i < count; i += 1) {
      this.clock.advance(1000);
      for (let turn = 0; turn < 3; turn += 1) await new Promise((done) => setImmediate(done));
    }
  }
}

const prompt: SessionLine = { kind: 'prompt', atMs: noonMs };

describe('UsageWatch', () => {
  let desk: Desk;
  beforeEach(() => {
    desk = new Desk();
  });
  afterEach(() => desk.watch.dispose());

  it('reads what an agent used after an event of it, and tells', async () => {
    desk.add('a');
    desk.write('a', 100);
    await desk.seconds(5);
    assert.deepEqual(desk.reads, []);
    desk.watch.mark(['a']);
    await desk.seconds(1);
    assert.equal(desk.output('a'), 100);
    assert.deepEqual(desk.told, [['a']]);
  });

  it('looks once more after an event, for what is written after it, and then no more', async () => {
    desk.add('a');
    desk.watch.mark(['a']);
    await desk.seconds(2);
    desk.write('a', 100);
    await desk.seconds(60);
    assert.equal(desk.output('a'), 100);
    assert.equal(desk.reads.length, 2);
    assert.equal(desk.clock.pendingTimers, 0);
  });

  it('follows whoever is at work without any event, every three seconds', async () => {
    desk.add('a', prompt);
    desk.watch.mark(['a']);
    await desk.seconds(31);
    assert.ok(desk.reads.length >= 8 && desk.reads.length <= 12, String(desk.reads.length));
    desk.write('a', 7);
    await desk.seconds(4);
    assert.equal(desk.output('a'), 7);
    assert.deepEqual(desk.grown, ['a']);
  });

  it('does not follow the dead, whatever their records say', async () => {
    desk.add('a', prompt);
    desk.gone.add('a');
    desk.watch.mark(['a']);
    await desk.seconds(60);
    assert.equal(desk.reads.length, 2);
    assert.equal(desk.clock.pendingTimers, 0);
  });

  it('looks first at those at work, however many others there are, and at all in the end', async () => {
    for (let i = 0; i < 300; i += 1) desk.add(`old-${i}`);
    desk.add('busy', prompt);
    desk.watch.mark(desk.states.map(({ header }) => header.entryId));
    await desk.seconds(1);
    assert.equal(desk.reads[0], '/busy.jsonl');
    assert.ok(desk.reads.length <= 40, 'only so many in one go');
    await desk.seconds(30);
    assert.equal(new Set(desk.reads).size, 301);
  });

  it('says nothing where nothing looks different', async () => {
    desk.add('a', prompt);
    desk.watch.mark(['a']);
    desk.write('a', 5);
    await desk.seconds(4);
    const before = desk.watch.usageOf('a');
    desk.write('a', 5);
    await desk.seconds(4);
    assert.equal(desk.watch.usageOf('a'), before);
    assert.equal(desk.told.length, 1);
  });

  it('raises the entry every ten seconds at most, and the last figures in the end', async () => {
    desk.add('a', prompt);
    desk.watch.mark(['a']);
    for (let i = 1; i <= 10; i += 1) {
      desk.write('a', i * 10);
      await desk.seconds(3);
    }
    await desk.seconds(10);
    assert.ok(desk.raised.length <= 5, String(desk.raised.length));
    assert.equal(desk.raised.at(-1)?.[1].outputTokens, 100n);
  });

  it('reads on at once where more is to be read', async () => {
    desk.add('a');
    desk.watch.mark(['a']);
    for (let i = 1; i <= 5; i += 1) {
      desk.write('a', i);
      const news = desk.news.get('/a.jsonl');
      if (news && i < 5) desk.news.set('/a.jsonl', { ...news, isComplete: false });
      await desk.seconds(3);
    }
    assert.equal(desk.output('a'), 5);
  });

  it('tells once that a person stopped an agent, when nothing happened after it', async () => {
    desk.add('a', prompt);
    desk.watch.mark(['a']);
    desk.write('a', 5, { interruptedAtMs: noonMs + 500 });
    await desk.seconds(1);
    assert.deepEqual(desk.interrupted, [], 'a hook may still be about it');
    await desk.seconds(20);
    assert.deepEqual(desk.interrupted, ['a']);
  });

  it('takes an interruption for past when something happened after it', async () => {
    desk.add('a', prompt, { kind: 'prompt', atMs: noonMs + 1000 });
    desk.watch.mark(['a']);
    desk.write('a', 5, { interruptedAtMs: noonMs + 500 });
    await desk.seconds(20);
    assert.deepEqual(desk.interrupted, []);
  });

  it('reads and writes nothing where it may not, and shows what events tell', async () => {
    desk.mayRead = false;
    const usage = { inputTokens: 40, outputTokens: 2, costUsd: 0.5 };
    desk.add('a', prompt, { kind: 'usage', atMs: noonMs, usage });
    desk.write('a', 100);
    desk.watch.mark(['a']);
    await desk.seconds(30);
    assert.deepEqual([desk.reads, desk.raised], [[], []]);
    assert.equal(desk.watch.usageOf('a')?.totals.tokens.input, 40);
    assert.equal(desk.watch.usageOf('a')?.cost.microsUsd, 500_000);

    desk.mayRead = true;
    desk.watch.markAll();
    await desk.seconds(2);
    assert.equal(desk.output('a'), 100);
    assert.equal(desk.raised[0]?.[0], 'a');
  });

  it('goes on after a read that fails', async () => {
    desk.add('a', prompt);
    desk.watch.mark(['a']);
    const read = desk.news.get.bind(desk.news);
    desk.news.get = () => {
      throw new Error('the disk is gone');
    };
    await desk.seconds(4);
    desk.news.get = read;
    desk.write('a', 3);
    await desk.seconds(6);
    assert.equal(desk.output('a'), 3);
  });

  it('does nothing more once it is disposed', async () => {
    desk.add('a', prompt);
    desk.watch.mark(['a']);
    desk.watch.dispose();
    await desk.seconds(10);
    desk.watch.mark(['a']);
    await desk.seconds(10);
    assert.deepEqual(desk.reads, []);
  });
});
