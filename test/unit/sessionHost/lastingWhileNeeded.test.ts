import assert from 'node:assert/strict';
import { Emitter } from '../../../src/base/event.ts';
import {
  idleMs,
  longestMs,
  notNeededAnyMore,
} from '../../../src/sessionHost/lastingWhileNeeded.ts';
import { settle } from '../../support/eventually.ts';
import { FakeClock } from '../../support/fakeClock.ts';

describe('notNeededAnyMore', () => {
  class Clients {
    clientCount = 0;
    private readonly changed = new Emitter<undefined>();
    readonly onDidChangeClients = this.changed.event;

    set(count: number): void {
      this.clientCount = count;
      this.changed.fire(undefined);
    }
  }

  function begin(count: number): {
    clients: Clients;
    clock: FakeClock;
    isOver: () => Promise<boolean>;
  } {
    const [clients, clock] = [new Clients(), new FakeClock()];
    clients.clientCount = count;
    let isOver = false;
    void notNeededAnyMore(clients, clock).then(() => (isOver = true));
    return { clients, clock, isOver: () => settle().then(() => isOver) };
  }

  it('comes when nobody was attached for a while', async () => {
    const { clock, isOver } = begin(0);
    clock.advance(idleMs - 1);
    assert.equal(await isOver(), false);
    clock.advance(1);
    assert.equal(await isOver(), true);
    assert.equal(clock.pendingTimers, 0);
  });

  it('waits anew whenever the last client has left', async () => {
    const { clients, clock, isOver } = begin(0);
    clock.advance(idleMs - 1);
    clients.set(1);
    clock.advance(idleMs * 3);
    assert.equal(await isOver(), false);
    clients.set(0);
    clock.advance(idleMs);
    assert.equal(await isOver(), true);
  });

  it('comes at last even when somebody stays', async () => {
    const { clock, isOver } = begin(2);
    clock.advance(longestMs);
    assert.equal(await isOver(), true);
    assert.equal(clock.pendingTimers, 0);
  });
});
