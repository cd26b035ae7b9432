import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { encodeActivityEvent } from '../../../src/core/activity/activityCodec.ts';
import type { ActivityFollower } from '../../../src/core/activity/activityLog.ts';
import { ActivityFiles } from '../../../src/node/activityFiles.ts';
import { buildActivity } from '../../support/activityBuilder.ts';
import { eventually } from '../../support/eventually.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';

describe('following the activity log', () => {
  let root: string;
  let folder: string;
  let current: string;
  let files: ActivityFiles;
  let followers: ActivityFollower[];
  beforeEach(() => {
    root = makeTempFolder();
    folder = join(root, '.heddle', 'activity');
    current = join(folder, 'activity.ndjson');
    files = open();
    followers = [];
  });
  afterEach(() => {
    for (const follower of followers) follower.dispose();
    removeTempFolder(root);
  });
  const open = (maxFileBytes = 1e6): ActivityFiles =>
    new ActivityFiles(folder, { limits: { maxFileBytes } });
  const add = (atMs: number, to = files): Promise<void> => to.append([buildActivity({ atMs })]);

  /** What is told from now on, as the times of the events. */
  async function followed(follower: ActivityFollower = files.follow()): Promise<number[]> {
    followers.push(follower);
    const told: number[] = [];
    follower.onDidAppend((events) => told.push(...events.map(({ atMs }) => atMs)));
    await follower.ready;
    return told;
  }
  async function untilTold(told: readonly number[], expected: readonly number[]): Promise<void> {
    await eventually(`${expected.join()} are told`, () => told.length >= expected.length);
    assert.deepEqual(told, expected);
  }

  it('tells what comes, not what was', async () => {
    await add(1);
    const told = await followed();
    await add(2);
    await add(3);
    await untilTold(told, [2, 3]);
  });

  it('goes on without a gap from where reading ended', async () => {
    await add(1);
    const { position } = await files.read();
    await add(2);
    const told = await followed(files.follow(position));
    await add(3);
    await untilTold(told, [2, 3]);
  });

  it('waits for a folder that does not exist yet', async () => {
    const told = await followed();
    await add(1);
    await untilTold(told, [1]);
  });

  it('survives rotation, and misses nothing before or after it', async () => {
    const small = open(1000);
    const told = await followed(small.follow());
    const expected = Array.from({ length: 30 }, (_, i) => i);
    for (const atMs of expected) await add(atMs, small);
    await untilTold(told, expected);
  });

  it('tells what a slow writer adds to a file that was set aside', async () => {
    await add(1);
    const told = await followed();
    const aside = join(folder, `activity-${Date.now()}-1.ndjson`);
    renameSync(current, aside);
    await add(2);
    await untilTold(told, [2]);
    appendFileSync(aside, encodeActivityEvent(buildActivity({ atMs: 3 })));
    await untilTold(told, [2, 3]);
  });

  it('reads a file that was cut short from its beginning', async () => {
    await add(1);
    const told = await followed();
    await add(2);
    await untilTold(told, [2]);
    truncateSync(current, 0);
    await add(3);
    await untilTold(told, [2, 3]);
  });

  it('goes on when the file or the whole folder is removed and made again', async () => {
    await add(1);
    const told = await followed();
    rmSync(current);
    await add(2);
    await untilTold(told, [2]);
    rmSync(join(root, '.heddle'), { recursive: true });
    await add(3);
    await untilTold(told, [2, 3]);
  });

  it('tells a line once it is whole', async () => {
    await add(1);
    const told = await followed();
    const line = encodeActivityEvent(buildActivity({ atMs: 2 }));
    appendFileSync(current, line.slice(0, 30));
    appendFileSync(current, line.slice(30));
    await add(3);
    await untilTold(told, [2, 3]);
  });

  it('passes over garbage of any size', async () => {
    await add(1);
    const told = await followed();
    appendFileSync(current, 'x'.repeat(500_000));
    appendFileSync(current, `${'y'.repeat(500_000)}\n\u0000\n`);
    await add(2);
    await untilTold(told, [2]);
  });

  it('reads a large addition in one go', async () => {
    const told = await followed();
    const expected = Array.from({ length: 3000 }, (_, i) => i);
    await files.append(expected.map((atMs) => buildActivity({ atMs })));
    await untilTold(told, expected);
  });

  it('a file that takes the place of another is told from its beginning', async () => {
    await add(1);
    const told = await followed();
    const copy = join(root, 'copy');
    copyFileSync(current, copy);
    writeFileSync(copy, encodeActivityEvent(buildActivity({ atMs: 5 })));
    renameSync(copy, current);
    await untilTold(told, [5]);
  });

  it('tells nothing after it is disposed', async () => {
    const told = await followed();
    const witness = await followed();
    followers[0]?.dispose();
    await add(1);
    await untilTold(witness, [1]);
    assert.deepEqual(told, []);
  });
});
