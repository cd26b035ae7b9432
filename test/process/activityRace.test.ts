import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ActivityEvent } from '../../src/core/activity/activityEvent.ts';
import { ActivityFiles } from '../../src/node/activityFiles.ts';
import { buildChildProgram } from '../support/childProgram.ts';
import { eventually } from '../support/eventually.ts';
import { makeTempFolder, removeTempFolder } from '../support/tempFolder.ts';
import type { ActivityWriterOptions } from './activityMessages.ts';
import { LineChildren, type LineChild } from './lineChild.ts';

/** Small files, so that they are set aside all the time, and none is removed. */
const limits = { maxFileBytes: 48 * 1024, maxFiles: 10_000 };
const writerCount = 8;
const eventsPerWriter = 500;
const killedCount = 20;
/** Enough to be at it while the others are killed. */
const survivorEvents = 5000;

describe('the activity log between processes', () => {
  let program: string;
  let root: string;
  let folder: string;
  let children: LineChildren;
  let log: ActivityFiles;
  before(async () => {
    program = await buildChildProgram(new URL('./children/activityWriter.ts', import.meta.url));
  });
  beforeEach(() => {
    root = makeTempFolder();
    folder = join(root, '.heddle', 'activity');
    children = new LineChildren();
    log = new ActivityFiles(folder, { limits });
  });
  afterEach(async () => {
    await children.dispose();
    removeTempFolder(root);
  });

  async function start(
    options: Omit<ActivityWriterOptions, 'folder' | 'limits'>,
  ): Promise<LineChild> {
    const started = await children.node(program, [JSON.stringify({ ...options, folder, limits })]);
    assert.equal(await started.answer(), 'ready');
    return started;
  }
  const startWriters = (batch: number): Promise<readonly LineChild[]> =>
    Promise.all(
      Array.from({ length: writerCount }, (_, i) =>
        start({ name: `writer-${i}`, count: eventsPerWriter, batch }),
      ),
    );
  const logFiles = (): readonly string[] =>
    readdirSync(folder).filter((name) => name.endsWith('.ndjson'));

  for (const batch of [1, 7]) {
    it(`${writerCount} processes record ${eventsPerWriter} events each, ${batch} at once: every line is whole, none is lost, none is there twice`, async () => {
      const told: ActivityEvent[] = [];
      const follower = log.follow();
      follower.onDidAppend((events) => told.push(...events));
      await follower.ready;
      const writers = await startWriters(batch);
      for (const writer of writers) writer.send('go');
      for (const writer of writers) assert.equal(await writer.answer(), 'done');

      assert.ok(logFiles().length > 10, 'files were set aside in between');
      for (const name of logFiles()) {
        const lines = readFileSync(join(folder, name), 'utf8').split('\n');
        assert.equal(lines.pop(), '', `${name} ends with a whole line`);
        for (const line of lines) assert.equal(typeof JSON.parse(line), 'object');
      }
      const page = await log.read();
      assert.deepEqual([page.skippedLines, page.skippedFiles], [0, 0]);
      assertEachOnce(page.events, { writers: writerCount, count: eventsPerWriter });

      await eventually(
        'the follower was told everything',
        () => told.length >= writerCount * eventsPerWriter,
      );
      follower.dispose();
      assertEachOnce(told, { writers: writerCount, count: eventsPerWriter });
    });
  }

  it('the log stays within its limits, whoever writes', async () => {
    const bounded = { ...limits, maxFiles: 8 };
    const writers = await Promise.all(
      Array.from({ length: writerCount }, async (_, i) => {
        const options = { name: `writer-${i}`, count: eventsPerWriter, batch: 1 };
        const args = JSON.stringify({ ...options, folder, limits: bounded });
        const child = await children.node(program, [args]);
        assert.equal(await child.answer(), 'ready');
        return child;
      }),
    );
    for (const writer of writers) writer.send('go');
    for (const writer of writers) assert.equal(await writer.answer(), 'done');
    assert.ok(logFiles().length <= 8, `${logFiles().length} files`);
    const sizes = logFiles().map((name) => statSync(join(folder, name)).size);
    assert.ok(Math.max(...sizes) < 10 * limits.maxFileBytes, `sizes ${sizes.join()}`);
    assert.equal((await log.read()).skippedLines, 0);
  });

  it('processes that are killed while they write spoil nothing but their own last line', async () => {
    const survivors = await Promise.all(
      [0, 1].map((i) => start({ name: `writer-${i}`, count: survivorEvents, batch: 1 })),
    );
    for (const survivor of survivors) survivor.send('go');
    const done = Promise.all(survivors.map((survivor) => survivor.answer()));
    for (let round = 0; round < killedCount; round += 1) {
      // One ends for sure in the middle of a line, the other wherever it happens to be.
      const isTorn = round % 2 === 0;
      const name = `victim-${round}`;
      const victim = await start({
        name,
        count: isTorn ? 20 : 1e9,
        batch: isTorn ? 1 : 200,
        isTorn,
      });
      victim.send('go');
      if (!isTorn) await delay(20 + randomInt(60));
      assert.equal((await (isTorn ? victim.end : victim.kill())).signal, 'SIGKILL');
    }
    assert.deepEqual(await done, ['done', 'done']);

    const page = await log.read();
    assert.ok(page.skippedLines > 0, 'some lines are torn');
    assert.ok(page.skippedLines <= killedCount, `${page.skippedLines} lines are torn`);
    assertEachOnce(
      page.events.filter(({ actor }) => actor.name.startsWith('writer-')),
      { writers: survivors.length, count: survivorEvents },
    );
    assertNoneTwice(page.events.filter(({ actor }) => actor.name.startsWith('victim-')));
    await log.append([{ ...(page.events[0] ?? assert.fail()), actor: { name: 'last' } }]);
    const after = await log.read({ matches: ({ actor }) => actor.name === 'last' });
    assert.equal(after.events.length, 1);
  });
});

function assertEachOnce(
  events: readonly ActivityEvent[],
  { writers, count }: { readonly writers: number; readonly count: number },
): void {
  const expected = Array.from({ length: writers }, (_, i) =>
    Array.from({ length: count }, (__, token) => `writer-${i} ${token}`),
  ).flat();
  assert.deepEqual(events.map(nameAndToken).toSorted(), expected.toSorted());
}

function assertNoneTwice(events: readonly ActivityEvent[]): void {
  assert.ok(events.length > 0, 'some of those who were killed had recorded something');
  assert.equal(new Set(events.map(nameAndToken)).size, events.length);
}

function nameAndToken({ actor, tokens }: ActivityEvent): string {
  return `${actor.name} ${String(tokens?.[0])}`;
}
