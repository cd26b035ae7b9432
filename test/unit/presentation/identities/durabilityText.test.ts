import assert from 'node:assert/strict';
import type { ContinuityHealth } from '../../../../src/core/identities/identityStatus.ts';
import { durabilityText } from '../../../../src/presentation/identities/durabilityText.ts';

const sync = { kind: 'sync_write_through' } as const;
const buffered = { kind: 'buffered_export', maxLossWindowMs: 30_000 } as const;
const replicated = { kind: 'async_replicated' } as const;

function textOf(health: Omit<ContinuityHealth, 'isStoreReachable'>): string {
  return durabilityText({ isStoreReachable: true, ...health });
}

describe('how safe checkpoints are, in words', () => {
  it('follows the policy', () => {
    assert.equal(textOf({ durability: sync }), 'written through at once');
    assert.equal(textOf({ durability: buffered }), 'written after at most 30 s');
    const replication = { waiting: 0, lagMs: 0 };
    assert.equal(textOf({ durability: replicated, replication }), 'mirrored');
  });

  it('says what is not safe yet, and for how long', () => {
    assert.equal(textOf({ durability: buffered, unsavedMs: 4200 }), 'in memory only for 4 s');
    const replication = { waiting: 3, lagMs: 65_000 };
    const text = textOf({ durability: replicated, replication });
    assert.equal(text, '3 wait to be mirrored, for 1 min');
  });

  it('says what keeps it from being safe, harmless and on one line', () => {
    const replication = { waiting: 1, lagMs: 0, problem: 'No space\nleft\u001b[2J.' };
    const text = textOf({ durability: replicated, replication });
    assert.match(text, /^not mirrored: No space left/);
    assert.ok(!/[\u0000-\u001f]/.test(text));
    const unreachable = durabilityText({ durability: sync, isStoreReachable: false });
    assert.equal(unreachable, 'the store did not answer the last time');
  });
});
