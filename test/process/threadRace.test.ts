import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentEntry } from '../../src/core/agents/agentEntry.ts';
import { temporaryNamePattern } from '../../src/node/atomicWrite.ts';
import { heddleRootAt } from '../../src/node/heddleRoot.ts';
import { openRegistry, type OpenRegistry } from '../../src/node/openRegistry.ts';
import { buildChildProgram } from '../support/childProgram.ts';
import { eventually } from '../support/eventually.ts';
import { makeAgentsFolder, makeTempFolder, removeTempFolder } from '../support/tempFolder.ts';
import { runCliProcess } from './cli/spawnCli.ts';
import { LineChildren } from './lineChild.ts';
import { Racers, type RaceResult } from './racers.ts';

const thread = 'feature/race';
const rounds = 100;

/** What happens in a round besides the race. They take turns. */
const disturbances = ['none', 'kill', 'flock', 'kill-owner', 'none', 'kill-and-flock'] as const;
type Disturbance = (typeof disturbances)[number];

describe('AgentRegistry.tryReserveThread between processes', () => {
  let program: string;
  let root: string;
  let folder: string;
  before(async () => {
    program = await buildChildProgram(new URL('./children/racer.ts', import.meta.url));
  });
  beforeEach(() => {
    root = makeTempFolder();
    folder = makeAgentsFolder(root);
  });
  afterEach(() => removeTempFolder(root));

  for (const count of [8, 32]) {
    it(`tryReserveThread lets one of ${count} processes win, ${rounds} rounds, some killed, flock(1) in between`, async () => {
      const race = new Race(openRegistry(heddleRootAt(root)), new Racers(program, root, count));
      try {
        for (let round = 0; round < rounds; round += 1) {
          await race.round(disturbances[round % disturbances.length] ?? 'none', count);
        }
      } finally {
        await race.racers.dispose();
      }
      assert.ok(race.killedUntold > 0, 'some were killed in the middle of it');
      await race.assertNothingIsLeft(folder);
    });
  }

  it('reserve lets one of 8 fresh processes of the command line win, 5 rounds', async () => {
    const { registry } = openRegistry(heddleRootAt(root));
    for (let round = 0; round < 5; round += 1) {
      const args = ['reserve', thread, '--json', '--hold-for-pid', String(process.pid)];
      const ends = await Promise.all(
        Array.from({ length: 8 }, () => runCliProcess([...args, '--root', root])),
      );
      const told = ends.map(({ code, stdout, stderr }) => {
        assert.equal(stderr, '');
        const document = JSON.parse(stdout) as { outcome: string; agent: { session_id: string } };
        return { code, outcome: document.outcome, owner: document.agent.session_id };
      });
      const winners = told.filter(({ code }) => code === 0);
      assert.equal(winners.length, 1, `round ${round} has ${winners.length} winners`);
      const owner = winners[0]?.owner ?? assert.fail();
      for (const { code, outcome, owner: named } of told) {
        assert.deepEqual(
          [outcome, named],
          [code === 0 ? 'reserved' : 'live_owner', owner],
          `round ${round}`,
        );
        assert.ok(code === 0 || code === 3, `it ended with ${String(code)}`);
      }
      await registry.updateStatus(owner, 'complete');
    }
  });
});

/** A thread that is raced for again and again, and released after each round. */
class Race {
  /** How many were killed before they were told anything. */
  killedUntold = 0;
  private readonly foreigners = new LineChildren();

  constructor(
    private readonly opened: OpenRegistry,
    readonly racers: Racers,
  ) {}

  async round(disturbance: Disturbance, count: number): Promise<void> {
    await this.racers.lineUp();
    const isKilling = disturbance.startsWith('kill');
    // Who is killed is replaced by a new process, which costs more than the round: one is enough.
    const victims = new Set(isKilling ? [randomInt(count)] : []);
    const flock = disturbance.endsWith('flock') ? this.holdNowAndThen() : Promise.resolve();
    // With the test as its owner a reservation outlives the racer that made it.
    const ownerOf = (pid: number): number => (disturbance === 'kill-owner' ? pid : process.pid);

    const results = await this.racers.race((pid) => ({ thread, pid: ownerOf(pid) }), {
      victims,
      killDelay: isKilling ? delay(randomInt(40)) : Promise.resolve(),
    });
    await flock;
    this.killedUntold += results.filter(({ answer }) => answer === undefined).length;

    const active = await this.activeOwners();
    if (disturbance === 'kill-owner') await this.assertPassedOn(results, active);
    else assertOneWinner(results, active);
    await this.clear();
  }

  /** Of all who were killed in the middle of a write, nothing stays behind. */
  async assertNothingIsLeft(folder: string): Promise<void> {
    const { registry } = openRegistry(heddleRootAt(this.opened.location.root));
    await registry.reapDead();
    assert.deepEqual((await registry.listView()).view.broken(), []);
    await eventually(
      'temporary files are swept',
      () => !readdirSync(folder).some((name) => temporaryNamePattern.test(name)),
    );
  }

  /** Releases the thread, and takes away who had it, so that the last round costs what the first did. */
  private async clear(): Promise<void> {
    const { registry } = this.opened;
    for (const { sessionId } of await this.activeOwners()) {
      await registry.updateStatus(sessionId, 'complete');
    }
    for (const { sessionId } of await registry.list()) await registry.delete(sessionId);
  }

  private async activeOwners(): Promise<readonly AgentEntry[]> {
    const { records, view } = await this.opened.registry.listView();
    assert.deepEqual(view.broken(), []);
    return records
      .map(({ entry }) => entry)
      .filter((entry) => entry.status === 'active' && entry.thread === thread);
  }

  private async holdNowAndThen(): Promise<void> {
    for (let i = 0; i < 3; i += 1) {
      await delay(randomInt(15));
      const seconds = 0.01 + randomInt(20) / 1000;
      const args = [join(this.opened.folder, '.lock'), 'sleep', String(seconds)];
      const holder = await this.foreigners.start('flock', args);
      assert.deepEqual(await holder.end, { code: 0, signal: null });
    }
  }

  /**
   * Where an owner dies with its racer, the next in line may take the thread over. But only one of
   * those who live can have it, and nobody may have taken it from one who lives.
   */
  private async assertPassedOn(
    results: readonly RaceResult[],
    active: readonly AgentEntry[],
  ): Promise<void> {
    const living = results.filter(({ isKilled }) => !isKilled);
    const winners = living.filter(({ answer }) => answer?.kind === 'reserved');
    assert.ok(winners.length <= 1, `${winners.length} living racers were told that they won`);
    assert.ok(living.every(({ answer }) => answer !== undefined));
    assert.ok(active.length <= 1, `${active.length} entries hold the thread at once`);

    const isDead = new Map(results.map(({ pid, isKilled }) => [pid, isKilled]));
    const dead = await this.opened.registry.reapDeadForThread(thread);
    assert.ok(dead.every(({ entry }) => isDead.get(entry.pid ?? 0) === true));
    const owners = await this.activeOwners();
    assert.deepEqual(
      owners.map(({ sessionId }) => sessionId),
      winners.map(({ answer }) => answer?.owner),
    );
  }
}

/**
 * Exactly one entry holds the thread, whoever lives was told of it, and only the one who wrote it may
 * have been told that it won: it may also have been killed before it could be told.
 */
function assertOneWinner(results: readonly RaceResult[], active: readonly AgentEntry[]): void {
  assert.equal(active.length, 1, `${active.length} entries hold the thread at once`);
  const [owner = assert.fail()] = active;
  for (const { name, answer, isKilled } of results) {
    const isWinner = name === owner.clientInstanceId;
    if (answer === undefined) assert.ok(isKilled, `${name} lives and was told nothing`);
    else
      assert.deepEqual(answer, {
        kind: isWinner ? 'reserved' : 'live-owner',
        owner: owner.sessionId,
      });
  }
  assert.ok(results.some(({ name }) => name === owner.clientInstanceId));
}
