import assert from 'node:assert/strict';
import { eventually, settle } from '../../../support/eventually.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import type { IdentityOwner } from '../../../../src/node/identities/identityOwner.ts';
import { reviewer } from './continuityWorld.ts';
import { OwnerTestWorld } from './ownerTestWorld.ts';
import type { RecordedSessions } from './recordedSessions.ts';

describe('an owner that wakes after somebody else took over', () => {
  let world: OwnerTestWorld;
  let sessions: RecordedSessions;
  let late: IdentityOwner;
  let next: IdentityOwner;

  /** The late one has a turn under way, and does not know yet. */
  beforeEach(async () => {
    world = new OwnerTestWorld();
    ({ sessions } = world);
    world.describe(reviewer);
    late = world.owner('late');
    await late.start([reviewer]);
    await late.send(reviewer, { text: 'long' });
    await world.untilHistory(reviewer, 'checkpoint_completed', 2);
    next = world.owner('next', later(1));
    assert.deepEqual(
      (await next.start([reviewer])).map(({ kind }) => kind),
      ['resumed'],
    );
    assert.deepEqual([late.held(), next.held()], [[reviewer], [reviewer]]);
  });
  afterEach(() => world.end());

  async function assertUntouched(): Promise<void> {
    assert.deepEqual(sessions.cancels, []);
    assert.deepEqual(await sessions.runningOf(reviewer), ['session-1']);
    sessions.done('session-1', 'At last.');
    await eventually('the next owner hears it', async () => {
      return (await world.listed())[0]?.lastOutput === 'At last.';
    });
    assert.equal((await next.send(reviewer, { text: 'more' })).kind, 'delivered');
  }

  it('loses it with its next renewal, and leaves the turn to the new owner', async () => {
    world.clock.advance(11_000);
    await eventually('it is lost', () => late.held().length === 0);
    await settle();
    assert.equal(late.status(reviewer)?.state, 'dormant');
    await assertUntouched();
  });

  it('does not end the turn when it is told to retire, and says why', async () => {
    await assert.rejects(late.retire(reviewer), /reviewer is not owned here/);
    await assertUntouched();
  });

  it('does not end the turn when it is told to reset, respawn or delete', async () => {
    for (const act of [
      () => late.reset(reviewer),
      () => late.respawn(reviewer),
      () => late.delete(reviewer),
    ]) {
      await assert.rejects(act(), /owned by a window called next/);
    }
    assert.deepEqual(late.held(), []);
    await assertUntouched();
  });

  it('does not end the turn when it is told to start it, or to stop', async () => {
    const [outcome] = await late.start([reviewer]);
    assert.equal(outcome?.kind, 'held_elsewhere');
    await late.stop();
    await assertUntouched();
  });

  it('begins no turn of its own', async () => {
    sessions.done('session-1');
    await eventually('its checkpoint is refused', () => late.held().length === 0);
    assert.equal((await late.send(reviewer, { text: 'mine' })).kind, 'queued');
    next.noticeInbox(reviewer);
    await eventually('the next owner brings it', () => sessions.specs.length === 2);
    assert.deepEqual(
      sessions.specs.map(({ prompt }) => prompt),
      ['long', 'mine'],
    );
  });

  it('is too late also when it was about to end it', async () => {
    sessions.done('session-1');
    await world.untilHistory(reviewer, 'session_ended', 2);
    await next.send(reviewer, { text: 'second' });
    await next.stop();
    const third = world.owner('third', later(3));
    const fourth = world.owner('fourth', later(5));
    await third.start([reviewer]);
    let taken: Promise<unknown> | undefined;
    let isTaken = false;
    sessions.beforeCancel = () => {
      taken ??= fourth.start([reviewer]).finally(() => (isTaken = true));
      return eventually('it is taken over', () => isTaken);
    };
    await third.retire(reviewer).catch(() => undefined);
    await taken;
    assert.deepEqual(sessions.cancels, []);
  });

  /** In whose eyes all that was held before is over. */
  function later(minutes: number): FakeClock {
    return new FakeClock(world.clock.now() + minutes * 60_000);
  }
});
