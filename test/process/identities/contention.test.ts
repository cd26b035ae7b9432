import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseAgentIdentity } from '../../../src/core/identities/agentIdentity.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { openContinuity } from '../../../src/node/identities/openContinuity.ts';
import { buildChildProgram } from '../../support/childProgram.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';
import { LineChildren, type LineChild } from '../lineChild.ts';
import type { ContenderAnswer, ContenderCommand } from './contendingMessages.ts';

const team = Array.from({ length: 50 }, (_, i) => `agent-${i}`);
/** Longer than anything here takes, so that nobody loses anything but by what the test does. */
const longTtlMs = 600_000;
const shortTtlMs = 1000;

describe('Owners of identities in several processes', () => {
  let program: string;
  let top: string;
  let children: LineChildren;
  before(async () => {
    program = await buildChildProgram(new URL('./children/contender.ts', import.meta.url));
  });
  beforeEach(() => {
    top = makeTempFolder();
    for (const name of ['root', 'home', 'alone']) mkdirSync(join(top, name));
    children = new LineChildren();
  });
  afterEach(async () => {
    await children.dispose();
    removeTempFolder(top);
  });

  function start(instance: string, ttlMs: number): Promise<LineChild> {
    return children.node(program, [join(top, 'root'), join(top, 'home'), instance, String(ttlMs)]);
  }

  async function tell(child: LineChild, command: ContenderCommand): Promise<ContenderAnswer> {
    child.send(command);
    return (await child.answer()) as ContenderAnswer;
  }

  it('each of 50 has one owner, who is followed at once when it is killed', async () => {
    const [a, b] = await Promise.all([start('a', longTtlMs), start('b', longTtlMs)]);
    const [ofA, ofB] = await Promise.all([
      tell(a, { do: 'acquire', identities: team }),
      tell(b, { do: 'acquire', identities: [...team].reverse() }),
    ]);
    const [namesA, namesB] = [Object.keys(ofA.acquired ?? {}), Object.keys(ofB.acquired ?? {})];
    assert.deepEqual([...namesA, ...namesB].sort(), [...team].sort(), 'each is acquired once');
    assert.ok(namesA.every((name) => ofB.heldBy?.[name] === 'a'));
    assert.ok(namesB.every((name) => ofA.heldBy?.[name] === 'b'));
    for (const child of [a, b]) {
      assert.deepEqual((await tell(child, { do: 'renew' })).lost, []);
      const { checkpoints } = await tell(child, { do: 'checkpoint' });
      assert.ok(Object.values(checkpoints ?? {}).every((version) => version === 1));
    }

    await a.kill();
    const taken = await tell(b, { do: 'acquire', identities: namesA });
    assert.deepEqual(Object.keys(taken.acquired ?? {}), namesA);
    for (const name of namesA) {
      assert.ok((taken.acquired?.[name] ?? 0) > (ofA.acquired?.[name] ?? 0), name);
    }
    const { checkpoints } = await tell(b, { do: 'checkpoint' });
    assert.deepEqual(Object.keys(checkpoints ?? {}).sort(), [...team].sort());
    assert.ok(Object.values(checkpoints ?? {}).every((version) => version === 2));
  });

  it('a stopped owner of 50 loses them after its time, and writes nothing when it goes on', async () => {
    const [stopped, next] = await Promise.all([
      start('stopped', shortTtlMs),
      start('next', longTtlMs),
    ]);
    const before = await tell(stopped, { do: 'acquire', identities: team, isAtOnce: true });
    assert.equal(Object.keys(before.acquired ?? {}).length, team.length);
    await tell(stopped, { do: 'checkpoint' });
    process.kill(stopped.pid, 'SIGSTOP');
    try {
      stopped.send({ do: 'checkpoint' } satisfies ContenderCommand);
      stopped.send({ do: 'renew' } satisfies ContenderCommand);
      const tokens: Record<string, number> = {};
      while (Object.keys(tokens).length < team.length) {
        const left = team.filter((name) => tokens[name] === undefined);
        Object.assign(
          tokens,
          (await tell(next, { do: 'acquire', identities: left, isAtOnce: true })).acquired,
        );
        await delay(50);
      }
      for (const name of team) assert.ok((tokens[name] ?? 0) > (before.acquired?.[name] ?? 0));
    } finally {
      process.kill(stopped.pid, 'SIGCONT');
    }
    const late = (await stopped.answer()) as ContenderAnswer;
    assert.deepEqual(
      late.checkpoints,
      Object.fromEntries(team.map((name) => [name, 'stale-fencing-token'])),
    );
    const renewal = (await stopped.answer()) as ContenderAnswer;
    assert.deepEqual([...(renewal.lost ?? [])].sort(), [...team].sort());
    assert.deepEqual((await tell(next, { do: 'renew' })).lost, []);
    const { checkpoints } = await tell(next, { do: 'checkpoint' });
    assert.ok(Object.values(checkpoints ?? {}).every((version) => version === 2));
  });

  it('nobody meets another owner, however often ownership goes to and fro', async () => {
    const racers = await Promise.all(['a', 'b', 'c'].map((name) => start(name, longTtlMs)));
    const folder = join(top, 'alone');
    const races = await Promise.all(
      racers.map((racer) => tell(racer, { do: 'race', rounds: 30, folder })),
    );
    for (const { race } of races) assert.equal(race?.met, 0);
    assert.deepEqual(readdirSync(folder), []);
    const { leases } = openContinuity(heddleRootAt(join(top, 'root')), { home: join(top, 'home') });
    const identity = parseAgentIdentity('raced-4');
    const granted = races.flatMap(({ race }) => race?.tokens[identity] ?? []);
    assert.ok(granted.length > 0);
    assert.equal(new Set(granted).size, granted.length, 'no token is granted twice');
    const last = (await leases.acquire([identity], 'test')).get(identity);
    assert.ok(last?.result === 'acquired');
    assert.equal(last.grant.token, Math.max(...granted) + 1);
  });

  it('no token falls or is granted twice while the checkout is cleaned again and again', async () => {
    const root = join(top, 'root');
    const git = (...args: readonly string[]): void =>
      void execFileSync('git', args, { cwd: root, stdio: 'ignore' });
    git('init', '--quiet');
    const minters = await Promise.all(['a', 'b'].map((name) => start(name, longTtlMs)));
    const minting = { isOn: true };
    const answers = Promise.all(minters.map((minter) => tell(minter, { do: 'mint', grants: 60 })));
    const ended = answers.then(() => {
      minting.isOn = false;
    });
    let cleaned = 0;
    // The other processes go on meanwhile, which it finds in its way.
    while (minting.isOn && cleaned < 20) {
      spawnSync('git', ['clean', '-fdxq'], { cwd: root, stdio: 'ignore' });
      cleaned += 1;
      await delay(20);
    }
    await ended;
    assert.ok(cleaned > 0);
    const minted = (await answers).map((answer) => answer.minted ?? []);
    for (const tokens of minted) {
      assert.equal(tokens.length, 60);
      assert.deepEqual(
        tokens,
        [...tokens].sort((x, y) => x - y),
      );
    }
    assert.equal(new Set(minted.flat()).size, 120);
  });
});
