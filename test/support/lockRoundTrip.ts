import assert from 'node:assert/strict';
import { parseSerialized, type SerializedAgent } from '../../src/core/locks/serializedRegistry.ts';
import { nameOf } from './lockCast.ts';
import { LockFixture } from './lockFixture.ts';

/** A snapshot that is read elsewhere is the same, unless a family holds what overlaps. */
export async function assertRoundTrip(fixture: LockFixture): Promise<void> {
  const locks = fixture.open();
  if ((await locks.list()).some(({ holder }) => nameOf(holder) === 'd')) return;
  const snapshot = parseSerialized(JSON.parse(JSON.stringify(await locks.export())));
  const elsewhere = new LockFixture('memory');
  try {
    elsewhere.clock.jumpTo(fixture.clock.now());
    assert.equal((await elsewhere.open().import(snapshot, false)).kind, 'imported');
    const { next_id, agents } = await elsewhere.open().export();
    assert.equal(next_id, snapshot.next_id);
    assert.deepEqual(agents.map(heldBy), snapshot.agents.map(heldBy));
  } finally {
    elsewhere.dispose();
  }
}

/** Who holds what in a snapshot, and until when. */
function heldBy(agent: SerializedAgent): readonly unknown[] {
  const paths = Object.entries(agent.locked_paths).sort(([one], [other]) => (one < other ? -1 : 1));
  return [agent.id, agent.name, agent.edit_count, paths, [...(agent.shared_paths ?? [])].sort()];
}
