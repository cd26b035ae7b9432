import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { overlaps } from '../../src/core/locks/pathOverlap.ts';
import { heddleRootAt } from '../../src/node/heddleRoot.ts';
import { openFileLocks, type OpenFileLocks } from '../../src/node/openFileLocks.ts';
import { openRegistry } from '../../src/node/openRegistry.ts';
import { buildChildProgram } from '../support/childProgram.ts';
import { makeTempFolder, removeTempFolder } from '../support/tempFolder.ts';
import { LineChildren, type LineChild } from './lineChild.ts';
import type { LockRaceAnswer, LockRaceStart, WitnessLine } from './lockRaceMessages.ts';

const processCount = 16;
const grantsPerProcess = 63;
/** Every two of the first ones have something in common, the last two are neighbours. */
const paths = ['.', 'src', 'src/a', 'src/a/x.ts', 'src/**/x.ts', 'src/b.ts', 'docs/a.md'];

describe('FileLocks between processes', () => {
  let program: string;
  let root: string;
  let children: LineChildren;
  before(async () => {
    program = await buildChildProgram(new URL('./children/lockRacer.ts', import.meta.url));
  });
  beforeEach(() => {
    root = makeTempFolder();
    children = new LineChildren();
  });
  afterEach(async () => {
    await children.dispose();
    removeTempFolder(root);
  });

  function open(): OpenFileLocks {
    return openFileLocks(openRegistry(heddleRootAt(root)));
  }

  async function startRacers(count: number): Promise<readonly LineChild[]> {
    const racers = await Promise.all(
      Array.from({ length: count }, (_, i) => children.node(program, [root, `racer-${i}`])),
    );
    for (const racer of racers) assert.equal(await racer.answer(), 'ready');
    return racers;
  }

  function witnessed(file: string): readonly WitnessLine[] {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.slice(0, -1).map((line) => JSON.parse(line) as WitnessLine);
  }

  it(`gives ${processCount * grantsPerProcess} grants to ${processCount} processes, never two of them for overlapping paths`, async () => {
    const racers = await startRacers(processCount);
    const witness = join(root, 'witness');
    const start: LockRaceStart = { paths, grants: grantsPerProcess, witness };
    for (const racer of racers) racer.send(start);
    const answers = await Promise.all(racers.map((racer) => racer.answer()));
    for (const answer of answers as LockRaceAnswer[]) assert.equal(answer.grants, grantsPerProcess);

    const lines = witnessed(witness);
    assertExclusive(lines);
    const tokens = lines.filter(({ kind }) => kind === 'granted').map(({ token }) => token);
    assert.equal(tokens.length, processCount * grantsPerProcess);
    assert.equal(new Set(tokens).size, tokens.length, 'every grant has a token of its own');
    assert.deepEqual(await open().locks.list(), []);
  });

  it('frees what killed processes held at once, while others go on', async () => {
    const racers = await startRacers(8);
    const witness = join(root, 'witness');
    for (const racer of racers) racer.send({ paths, grants: 40, witness });
    const victims = racers.slice(0, 4);
    for (const victim of victims) {
      await delay(150);
      await victim.kill();
    }
    const survivors = racers.slice(4);
    const answers = await Promise.all(survivors.map((racer) => racer.answer()));
    for (const answer of answers as LockRaceAnswer[]) assert.equal(answer.grants, 40);
    const killed = new Set(victims.map((_, i) => `racer-${i}`));
    assertExclusive(witnessed(witness), killed);
    // Whatever the dead still seem to hold stands in nobody's way.
    const outcome = await open().locks.lock({ kind: 'text', text: 'late' }, { paths: ['.'] });
    assert.equal(outcome.kind, 'granted');
  });

  it('goes on, with larger tokens, when the whole state is removed in mid-work', async () => {
    const racers = await startRacers(4);
    const witness = join(root, 'witness');
    for (const racer of racers) racer.send({ paths: ['one'], grants: 40, witness });
    const answers = Promise.all(racers.map((racer) => racer.answer()));
    for (let i = 0; i < 3; i += 1) {
      await delay(150);
      const trash = join(root, `removed-${i}`);
      renameSync(join(root, '.heddle'), trash);
      rmSync(trash, { recursive: true });
    }
    for (const answer of (await answers) as LockRaceAnswer[]) assert.equal(answer.grants, 40);
    const tokens = witnessed(witness).map(({ token }) => token);
    const outcome = await open().locks.lock({ kind: 'text', text: 'after' }, { paths: ['other'] });
    assert.equal(outcome.kind, 'granted');
    assert.ok((outcome.grants[0]?.lock.token ?? 0) > Math.max(...tokens));
    assert.ok(existsSync(join(root, '.heddle', 'file-locks', '.gitignore')));
  });
});

/** Each holds what it says between its two lines, and perhaps a little longer. */
function assertExclusive(
  lines: readonly WitnessLine[],
  killed: ReadonlySet<string> = new Set(),
): void {
  const held = new Map<number, WitnessLine>();
  for (const line of lines) {
    if (line.kind === 'releasing') {
      held.delete(line.token);
      continue;
    }
    for (const other of held.values()) {
      if (killed.has(other.sessionId)) continue;
      assert.ok(
        !overlaps(other.path, line.path),
        `${line.sessionId} got ${line.path} (${line.token}) while ${other.sessionId} held ${other.path} (${other.token})`,
      );
    }
    held.set(line.token, line);
  }
}
