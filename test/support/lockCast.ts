import assert from 'node:assert/strict';
import type { StandingLock } from '../../src/core/locks/fileLocks.ts';
import type { HolderRef } from '../../src/core/locks/holderRef.ts';
import type { LockHolder } from '../../src/core/locks/lockHolder.ts';
import { overlaps } from '../../src/core/locks/pathOverlap.ts';
import { named, window } from './lockFixture.ts';

// The six who take part: `a` and `b` are names, `c` spawned `d`, `e` is an agent of its own, `f` a window.

/** A process, but for its id. */
export const recorded = {
  bootId: 'this-boot',
  processStart: undefined,
  pidNamespace: undefined,
  startedAt: '2026-06-01T12:00:00Z',
};

export function ref(name: string): HolderRef {
  if (name === 'f') return window('window-f', 104);
  return 'cde'.includes(name) ? { kind: 'session', sessionId: `agent-${name}` } : named(name);
}

/** Names have no process of their own; what happens to it concerns nobody. */
export function pidOf(name: string): number {
  return { c: 101, d: 102, e: 103, f: 104 }[name] ?? 105;
}

export function nameOf({ identity, name }: LockHolder): string {
  if (identity.kind === 'window') return 'f';
  return identity.kind === 'session' ? identity.sessionId.slice(-1) : name;
}

export function tokens(held: readonly StandingLock[]): readonly number[] {
  return held.map(({ lock }) => lock.token).sort((x, y) => x - y);
}

export function areCompatible(one: 'exclusive' | 'shared', other: 'exclusive' | 'shared'): boolean {
  return one !== 'exclusive' && other !== 'exclusive';
}

export function assertExclusive(held: readonly StandingLock[]): void {
  for (const one of held) {
    for (const other of held) {
      if (one.holder.id >= other.holder.id || !overlaps(one.lock.path, other.lock.path)) continue;
      const isFamily = [nameOf(one.holder), nameOf(other.holder)].sort().join('') === 'cd';
      assert.ok(
        isFamily || areCompatible(one.lock.mode, other.lock.mode),
        `${nameOf(one.holder)} has ${one.lock.path} and ${nameOf(other.holder)} has ${other.lock.path}`,
      );
    }
  }
}
