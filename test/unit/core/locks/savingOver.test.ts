import assert from 'node:assert/strict';
import type { ActivityEvent } from '../../../../src/core/activity/activityEvent.ts';
import { decodeHolder, encodeHolder } from '../../../../src/core/locks/holderCodec.ts';
import { checkLock } from '../../../../src/core/locks/lockCheck.ts';
import { defaultLockConfig } from '../../../../src/core/locks/lockConfig.ts';
import { grant } from '../../../../src/core/locks/granting.ts';
import { blindLook, type LockMoment } from '../../../../src/core/locks/lockMoment.ts';
import { LockTable } from '../../../../src/core/locks/lockTable.ts';
import { registerHolder } from '../../../../src/core/locks/registering.ts';
import { noteSavedOver } from '../../../../src/core/locks/savingOver.ts';

const rules = { isCaseInsensitive: false, isWindows: false };

describe('a held file that somebody else saves', () => {
  let events: ActivityEvent[];
  let table: LockTable;
  beforeEach(() => {
    events = [];
    table = new LockTable(rules);
  });

  function moment(nowMs: number): LockMoment {
    const record = (event: ActivityEvent): void => void events.push(event);
    return { nowMs, config: defaultLockConfig, look: blindLook, record };
  }

  function lock(holderId: number, path: string, nowMs: number): ReturnType<typeof grant> {
    return grant(table, { holderId, paths: [path], ttlMs: 60_000 }, moment(nowMs));
  }

  it('its holder is told with the next grant, once, and by every check until then', () => {
    const agent = registerHolder(table, { name: 'agent' }, 1000);
    const person = registerHolder(table, { name: 'Grace' }, 1000);
    const first = lock(agent.id, 'a.ts', 1000);
    assert.equal(first.kind, 'granted');
    assert.equal(first.grants[0]?.savedOver, undefined);
    const token = first.grants[0]?.lock.token ?? 0;

    noteSavedOver(table, { path: 'a.ts', by: person, byName: 'Grace' }, moment(2000));
    const told = { path: 'a.ts', by: 'Grace', atMs: 2000 };
    for (const nowMs of [2500, 2600]) {
      const asked = { holderId: agent.id, path: 'a.ts', token };
      const check = checkLock(table, asked, moment(nowMs));
      assert.equal(check.kind, 'stands');
      assert.deepEqual(check.lock.savedOver, told);
    }
    const second = lock(agent.id, 'a.ts', 3000);
    assert.equal(second.kind, 'granted');
    assert.deepEqual(second.grants[0]?.savedOver, told);
    assert.equal(second.grants[0].lock.token, token, 'it is still the same lock');
    const third = lock(agent.id, 'a.ts', 4000);
    assert.equal(third.kind, 'granted');
    assert.equal(third.grants[0]?.savedOver, undefined);
    const [saved] = events.filter(({ kind }) => kind === 'lock-saved-over');
    assert.deepEqual([saved?.actor.name, saved?.other?.name], ['agent', 'Grace']);
  });

  it('a folder that is held tells it for the file that was saved, and for no other', () => {
    const agent = registerHolder(table, { name: 'agent' }, 1000);
    lock(agent.id, 'src', 1000);
    noteSavedOver(table, { path: 'src/a.ts', by: undefined, byName: 'Grace' }, moment(2000));
    const other = lock(agent.id, 'src/b.ts', 3000);
    assert.ok(other.kind === 'granted' && other.grants[0]?.savedOver === undefined);
    const same = lock(agent.id, 'src/a.ts', 3000);
    assert.ok(same.kind === 'granted');
    assert.equal(same.grants[0]?.savedOver?.path, 'src/a.ts');
  });

  it('nobody tells themselves, and what is over tells nobody', () => {
    const agent = registerHolder(table, { name: 'agent' }, 1000);
    lock(agent.id, 'a.ts', 1000);
    noteSavedOver(table, { path: 'a.ts', by: agent, byName: 'agent' }, moment(2000));
    noteSavedOver(table, { path: 'a.ts', by: undefined, byName: 'Grace' }, moment(100_000));
    noteSavedOver(table, { path: 'b.ts', by: undefined, byName: 'Grace' }, moment(2000));
    assert.deepEqual(
      events.filter(({ kind }) => kind === 'lock-saved-over'),
      [],
    );
    assert.equal(table.get(agent.id)?.locks.get('a.ts')?.savedOver, undefined);
  });

  it('is kept in the file of the holder', () => {
    const agent = registerHolder(table, { name: 'agent' }, 1000);
    lock(agent.id, 'a.ts', 1000);
    noteSavedOver(table, { path: 'a.ts', by: undefined, byName: 'Grace' }, moment(2000));
    const holder = table.get(agent.id) ?? assert.fail();
    const decoded = decodeHolder(JSON.parse(JSON.stringify(encodeHolder(holder))), rules);
    assert.ok('holder' in decoded);
    assert.deepEqual(decoded.holder, holder);
  });
});
