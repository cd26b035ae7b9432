import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { silentLogger, type Logger } from '../../../src/base/logger.ts';
import { encodeActivityEvent } from '../../../src/core/activity/activityCodec.ts';
import type { ActivityEvent } from '../../../src/core/activity/activityEvent.ts';
import { ActivityFiles } from '../../../src/node/activityFiles.ts';
import { buildActivity } from '../../support/activityBuilder.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';

const numbered = (atMs: number): ActivityEvent => buildActivity({ atMs });
const run = (count: number, from = 0): readonly ActivityEvent[] =>
  Array.from({ length: count }, (_, i) => numbered(from + i));

describe('ActivityFiles', () => {
  let root: string;
  let folder: string;
  let current: string;
  let warnings: unknown[];
  let logger: Logger;
  beforeEach(() => {
    root = makeTempFolder();
    folder = join(root, '.heddle', 'activity');
    current = join(folder, 'activity.ndjson');
    warnings = [];
    logger = { ...silentLogger, warn: (...args) => void warnings.push(args) };
  });
  afterEach(() => removeTempFolder(root));
  const open = (): ActivityFiles => new ActivityFiles(folder, { logger });
  const times = async (files = open()): Promise<readonly number[]> =>
    (await files.read()).events.map(({ atMs }) => atMs);

  describe('append', () => {
    it('makes the folder with the first event, ignored by git, and not before', async () => {
      const files = open();
      assert.deepEqual((await files.read()).events, []);
      await files.append([]);
      assert.equal(existsSync(join(root, '.heddle')), false);

      await files.append([numbered(1), numbered(2)]);
      assert.deepEqual(readdirSync(folder).toSorted(), ['.gitignore', 'activity.ndjson']);
      assert.equal(
        readFileSync(current, 'utf8'),
        encodeActivityEvent(numbered(1)) + encodeActivityEvent(numbered(2)),
      );
    });

    it('keeps the order in which it was called', async () => {
      const files = open();
      await Promise.all(run(50).map((event) => files.append([event])));
      const lines = readFileSync(current, 'utf8').trimEnd().split('\n');
      assert.deepEqual(
        lines,
        run(50).map((event) => encodeActivityEvent(event).trimEnd()),
      );
    });

    it('writes a large batch in pieces', async () => {
      const events = run(300).map((event) => ({ ...event, reason: 'r'.repeat(450) }));
      await open().append(events);
      assert.equal((await open().read()).events.length, 300);
    });

    it('writes nothing at all when it is read-only', async () => {
      const files = new ActivityFiles(folder, { isReadOnly: true });
      await files.append([numbered(1)]);
      assert.equal(existsSync(join(root, '.heddle')), false);
    });

    it('starts a new line after one that was cut off', async () => {
      await open().append([numbered(1), numbered(2)]);
      truncateSync(current, statSync(current).size - 20);
      await open().append([numbered(3)]);
      const page = await open().read();
      assert.deepEqual([page.events.map(({ atMs }) => atMs), page.skippedLines], [[1, 3], 1]);
    });

    it('makes the folder again when somebody removed it', async () => {
      const files = open();
      await files.append([numbered(1)]);
      rmSync(join(root, '.heddle'), { recursive: true });
      await files.append([numbered(2)]);
      assert.deepEqual(await times(), [2]);
    });

    it('never rejects, and says once that it cannot write', async () => {
      mkdirSync(current, { recursive: true });
      const files = open();
      await files.append([numbered(1)]);
      await files.append([numbered(2)]);
      assert.equal(warnings.length, 1);

      rmSync(current, { recursive: true });
      await files.append([numbered(3)]);
      mkdirSync(join(root, 'aside'));
      assert.deepEqual([await times(), warnings.length], [[3], 1]);
    });

    it('never writes through a link to a file or a folder', async () => {
      const target = join(root, 'target');
      writeFileSync(target, 'mine\n');
      mkdirSync(folder, { recursive: true });
      symlinkSync(target, current);
      await open().append([numbered(1)]);
      assert.equal(readFileSync(target, 'utf8'), 'mine\n');

      rmSync(folder, { recursive: true });
      const elsewhere = join(root, 'elsewhere');
      mkdirSync(elsewhere);
      symlinkSync(elsewhere, folder);
      await open().append([numbered(1)]);
      assert.deepEqual(readdirSync(elsewhere), []);
      assert.equal(warnings.length, 2);
    });

    it('never waits for the reader of a FIFO', async () => {
      mkdirSync(folder, { recursive: true });
      execFileSync('mkfifo', [current]);
      await open().append([numbered(1)]);
      assert.equal(warnings.length, 1);
      const page = await open().read();
      assert.deepEqual([page.events, page.skippedFiles], [[], 1]);
    });
  });

  describe('read', () => {
    it('passes over what is torn, binary, foreign or too long, and counts it', async () => {
      await open().append([numbered(1)]);
      appendFileSync(current, '{"at_ms":2,"kind":"lock-gr\n');
      appendFileSync(current, Buffer.from([0, 255, 254, 10, 195, 40, 10]));
      appendFileSync(current, '\n\n{"level":"info","msg":"hello"}\n');
      appendFileSync(current, `${'x'.repeat(300_000)}\n`);
      appendFileSync(current, `{"at_ms":3,"kind":"${'y'.repeat(4200)}"}\n`);
      await open().append([numbered(4)]);
      const page = await open().read();
      assert.deepEqual(
        [page.events.map(({ atMs }) => atMs), page.skippedLines, page.skippedFiles],
        [[1, 4], 6, 0],
      );
    });

    it('passes over files that are none of ours or cannot be read', async () => {
      await open().append([numbered(1)]);
      const line = encodeActivityEvent(numbered(2));
      writeFileSync(join(folder, 'activity-1.ndjson'), line);
      writeFileSync(join(folder, 'activity-0000000000001-1.ndjson.bak'), line);
      writeFileSync(join(folder, 'notes.txt'), line);
      mkdirSync(join(folder, 'activity-0000000000001-1.ndjson'));
      symlinkSync('/dev/zero', join(folder, 'activity-0000000000002-1.ndjson'));
      const page = await open().read();
      assert.deepEqual([page.events.map(({ atMs }) => atMs), page.skippedFiles], [[1], 2]);
    });

    it('leaves a line that is still being written for later', async () => {
      await open().append([numbered(1)]);
      const line = encodeActivityEvent(numbered(2));
      appendFileSync(current, line.slice(0, 10));
      const before = await open().read();
      assert.deepEqual([before.events.length, before.skippedLines], [1, 0]);
      appendFileSync(current, line.slice(10));
      assert.deepEqual(await times(), [1, 2]);
    });

    it('gives the newest that are asked for', async () => {
      await open().append(run(2000));
      const read = async (
        query: Parameters<ActivityFiles['read']>[0],
      ): Promise<readonly number[]> => (await open().read(query)).events.map(({ atMs }) => atMs);
      assert.deepEqual(await read({ limit: 3 }), [1997, 1998, 1999]);
      assert.deepEqual(await read({ limit: 0 }), []);
      assert.deepEqual(await read({ sinceMs: 1998 }), [1998, 1999]);
      assert.deepEqual(await read({ sinceMs: 5000 }), []);
      assert.deepEqual(await read({ sinceMs: 10, limit: 1 }), [1999]);
      const isThousand = ({ atMs }: ActivityEvent): boolean => atMs % 1000 === 0;
      assert.deepEqual(await read({ matches: isThousand, limit: 5 }), [0, 1000]);
      assert.equal((await open().read()).events.length, 2000);
    });

    it('puts in order what was recorded a moment late', async () => {
      await open().append([numbered(2), numbered(1), numbered(3)]);
      assert.deepEqual(await times(), [1, 2, 3]);
    });

    it('does not read back further than it must', async () => {
      await open().append(run(5000));
      // What is not read is not counted as unreadable either.
      const text = readFileSync(current, 'utf8');
      writeFileSync(current, `garbage\n${text}`);
      assert.equal((await open().read({ limit: 10 })).skippedLines, 0);
      assert.equal((await open().read({ sinceMs: 4990 })).skippedLines, 0);
      assert.equal((await open().read()).skippedLines, 1);
    });

    it('lines are found whole wherever the blocks of reading end', async () => {
      for (const padding of [0, 1, 2, 50, 100]) {
        const events = run(1500).map((event) => ({
          ...event,
          reason: '😀'.repeat(event.atMs % 7),
        }));
        rmSync(folder, { recursive: true, force: true });
        await open().append([{ ...numbered(0), reason: 'x'.repeat(padding) }, ...events]);
        const page = await open().read();
        assert.deepEqual([page.events.length, page.skippedLines], [1501, 0]);
      }
    });
  });
});
