import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ContinuityStoreError } from '../../../../src/core/identities/continuityStore.ts';
import type { LeaseGrant } from '../../../../src/core/identities/leaseProvider.ts';
import type { OpenContinuity } from '../../../../src/node/identities/openContinuity.ts';
import { FakeProbe } from '../../../support/fakeProbe.ts';
import { ContinuityWorld, recordOf, reviewer } from './continuityWorld.ts';

type Step =
  | {
      readonly do: 'acquire' | 'renew' | 'release' | 'checkpoint' | 'upsert' | 'reset' | 'crash';
      readonly who: 0 | 1;
    }
  | { readonly do: 'delete'; readonly who: 0 | 1 }
  | { readonly do: 'pass' | 'jump'; readonly ms: number }
  | { readonly do: 'clean' };

const who = fc.constantFrom(0 as const, 1 as const);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    ...(['acquire', 'checkpoint', 'upsert', 'renew'] as const).map((name) => ({
      weight: 4,
      arbitrary: fc.record({ do: fc.constant(name), who }),
    })),
    ...(['release', 'reset', 'crash', 'delete'] as const).map((name) => ({
      weight: 1,
      arbitrary: fc.record({ do: fc.constant(name), who }),
    })),
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('pass' as const),
        ms: fc.integer({ min: 1, max: 40_000 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('jump' as const),
        ms: fc.integer({ min: -100_000, max: 100_000 }),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ do: 'clean' as const }) },
  ),
  { minLength: 10, maxLength: 40 },
);

/** One of two owners, as a process that may crash and be started again under another instance. */
class Owner {
  opened: OpenContinuity;
  /** Every grant it ever had: a late write may come under any of them. */
  readonly grants: LeaseGrant[] = [];
  private lives = 0;

  constructor(
    private readonly world: ContinuityWorld,
    private readonly name: string,
  ) {
    this.opened = this.open();
  }

  get instance(): string {
    return `${this.name}-${this.lives}`;
  }

  crash(): void {
    this.lives += 1;
    this.opened = this.open();
  }

  /** Its process is another one, so that nobody finds it gone. */
  private open(): OpenContinuity {
    const probe = new FakeProbe();
    probe.identity = { bootId: this.instance, pidNamespace: `pid:[${this.instance}]` };
    return this.world.open({ probe });
  }
}

/** What was seen so far, and must never fall. */
class Witness {
  minted = 0;
  written = 0;
  generation = 0;
  version = 0;
}

describe('Owners of one identity, whatever happens to them', () => {
  it('no lower token is granted or writes, no generation or version falls, and at most one grant is valid', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const world = new ContinuityWorld();
        try {
          const owners = [new Owner(world, 'a'), new Owner(world, 'b')] as const;
          const witness = new Witness();
          for (const step of sequence) await carryOut(step, { world, owners, witness });
          const grants = owners.flatMap((owner) => owner.grants);
          const renewals = await Promise.all(
            grants.map((grant) => world.open().leases.renew([grant])),
          );
          const valid = renewals.filter((one) => one.get(reviewer)?.result === 'renewed');
          assert.ok(valid.length <= 1, 'one owner');
        } finally {
          world.dispose();
        }
      }),
      { numRuns: 40 },
    );
  });
});

interface Scene {
  readonly world: ContinuityWorld;
  readonly owners: readonly [Owner, Owner];
  readonly witness: Witness;
}

async function carryOut(step: Step, scene: Scene): Promise<void> {
  const { world, witness } = scene;
  switch (step.do) {
    case 'pass':
      return void world.clock.advance(step.ms);
    case 'jump':
      return void world.clock.jumpTo(world.clock.now() + step.ms);
    case 'clean':
      // What lasts is gone with it, but for the tokens.
      rmSync(join(world.root, '.heddle'), { recursive: true, force: true });
      Object.assign(witness, { generation: 0, version: 0 });
      return;
    case 'crash':
      return void scene.owners[step.who].crash();
    case 'acquire':
      return acquire(scene.owners[step.who], witness);
    case 'renew':
    case 'release': {
      const { opened, grants } = scene.owners[step.who];
      await opened.leases[step.do](grants.slice(-1));
      return;
    }
    default:
      return write(step.do, scene.owners[step.who], witness);
  }
}

async function acquire(owner: Owner, witness: Witness): Promise<void> {
  const result = (await owner.opened.leases.acquire([reviewer], owner.instance)).get(reviewer);
  if (result?.result !== 'acquired') return;
  assert.ok(result.grant.token > witness.minted, `${result.grant.token} after ${witness.minted}`);
  witness.minted = result.grant.token;
  owner.grants.push(result.grant);
}

async function write(
  what: 'checkpoint' | 'upsert' | 'reset' | 'delete',
  { opened: { store }, grants }: Owner,
  witness: Witness,
): Promise<void> {
  const token = grants.at(-1)?.token;
  if (token === undefined) return;
  const state = (await store.resolveMany([reviewer])).get(reviewer);
  assert.notEqual(state?.state, 'broken', JSON.stringify(state));
  const known = state?.state === 'ready' ? state.record : recordOf(reviewer);
  try {
    if (what === 'delete') {
      await store.deleteRecord(reviewer, token);
      Object.assign(witness, { generation: 0, version: 0 });
    } else if (what === 'checkpoint') {
      const { sessionId, generation, checkpointVersion } = known;
      const version = checkpointVersion + 1;
      const snapshot = { data: new Uint8Array([version % 256]) };
      const toSave = { identity: reviewer, sessionId, generation, version, token, snapshot };
      await store.saveSnapshot(toSave);
      assert.ok(version > witness.version);
      Object.assign(witness, { generation, version });
    } else {
      const generation = known.generation + (what === 'reset' ? 1 : 0);
      const sessionId = `conversation-${generation}`;
      const record = recordOf(reviewer, { generation, sessionId });
      const kept = await store.upsertRecord(record, token);
      assert.ok(kept.generation >= witness.generation);
      if (kept.generation === witness.generation) {
        assert.ok(kept.checkpointVersion >= witness.version);
      }
      Object.assign(witness, { generation, version: kept.checkpointVersion });
    }
    assert.ok(token >= witness.written, `${token} wrote after ${witness.written}`);
    witness.written = token;
  } catch (error) {
    if (!(error instanceof ContinuityStoreError)) throw error;
    assert.ok(['stale-fencing-token', 'not-found'].includes(error.problem.code), error.message);
    // A token that is refused is lower than one that was granted, or nothing was there to write to.
    if (error.problem.code === 'stale-fencing-token') assert.ok(token < witness.minted);
  }
}
