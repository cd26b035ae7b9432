import { deepEqual, equal } from 'node:assert/strict';
import type { LivenessVerdict } from '../../../src/core/agents/liveness.ts';
import type { EndedLock, FileLock } from '../../../src/core/locks/fileLock.ts';
import type { LockHolder } from '../../../src/core/locks/lockHolder.ts';
import { newHolder } from '../../../src/core/locks/lockHolder.ts';
import type { LockConflict } from '../../../src/core/locks/lockRequest.ts';
import { localTime } from '../../../src/presentation/duration.ts';
import {
  conflictSentence,
  cycleSentence,
  endedSentence,
  longDuration,
  takenBySentence,
  timeLeftText,
} from '../../../src/presentation/lockWording.ts';

const nowMs = 1_000_000;
const holder: LockHolder = {
  ...newHolder({ id: 1, name: 'ana', identity: { kind: 'name' }, nowMs }),
  process: {
    pid: 4242,
    bootId: undefined,
    processStart: undefined,
    pidNamespace: undefined,
    startedAt: '2026-01-31T12:00:00Z',
  },
};
const lock: FileLock = {
  path: 'src/app.ts',
  token: 1,
  mode: 'exclusive',
  isSoft: false,
  grantedAtMs: nowMs,
  refreshedAtMs: nowMs,
  term: { kind: 'promised', ttlMs: 28_000 },
  reason: undefined,
};
const who = { holder, entry: undefined };

describe('longDuration', () => {
  it('tells up to two units and rounds up, so that nothing is over before it is', () => {
    const minuteMs = 60_000;
    deepEqual(
      [0, -5, 1, 28_000, 59_001, 250_000, 10 * minuteMs, 10 * minuteMs + 1].map(longDuration),
      ['0 s', '0 s', '1 s', '28 s', '1 min', '4 min 10 s', '10 min', '11 min'],
    );
    deepEqual(
      [59 * minuteMs + 1, 118 * minuteMs, 120 * minuteMs, 24 * 60 * minuteMs].map(longDuration),
      ['1 h', '1 h 58 min', '2 h', '24 h'],
    );
  });
});

describe('timeLeftText', () => {
  const left = (atMs: number | undefined, cause: 'ttl' | 'age-cap' | 'silent'): string =>
    timeLeftText({ atMs, cause }, who, { nowMs });

  it('says for how long, and on what it depends', () => {
    equal(left(nowMs + 28_000, 'ttl'), '28 s left');
    equal(left(nowMs + 45_000, 'silent'), '45 s left');
    equal(left(nowMs + 118 * 60_000, 'age-cap'), 'while process 4242 runs, at most 1 h 58 min');
    equal(left(undefined, 'ttl'), 'until released');
    equal(left(nowMs, 'ttl'), 'over');
  });
});

describe('conflictSentence', () => {
  const alive: LivenessVerdict = { liveness: 'alive', reason: 'running' };
  const conflict = (fields: Partial<LockConflict>): string =>
    conflictSentence(
      {
        path: 'src/app.ts',
        holder,
        kind: 'held',
        heldPath: 'src/app.ts',
        lock,
        expiresAtMs: nowMs + 28_000,
        ...fields,
      },
      { entry: undefined, verdict: alive },
      { nowMs },
    );

  it('says who holds it, how, for how long and why', () => {
    equal(conflict({}), 'src/app.ts is held by ana, 28 s left.');
    equal(
      conflict({ lock: { ...lock, mode: 'shared', reason: 'Reading\nit' } }),
      'src/app.ts is shared by ana, 28 s left. Reason: Reading it',
    );
    equal(conflict({ lock: { ...lock, isSoft: true } }), 'src/app.ts has unsaved changes by ana.');
    equal(
      conflict({ expiresAtMs: nowMs + 7_200_000 }),
      'src/app.ts is held by ana, while process 4242 runs, at most 2 h.',
    );
    equal(
      conflict({ expiresAtMs: undefined, lock: { ...lock, term: { kind: 'until-released' } } }),
      'src/app.ts is held by ana, until released.',
    );
  });

  it('says where what is held lies', () => {
    equal(conflict({ heldPath: 'src' }), 'src is held by ana, 28 s left. It contains src/app.ts.');
    equal(conflict({ path: 'src' }), 'src/app.ts is held by ana, 28 s left. It lies in src.');
    equal(
      conflict({ path: 'src/a*', heldPath: 'src/*.ts' }),
      'src/*.ts is held by ana, 28 s left. It overlaps src/a*.',
    );
    equal(
      conflict({ heldPath: '.' }),
      'the whole repository is held by ana, 28 s left. It contains src/app.ts.',
    );
  });

  it('says who was first in the queue', () => {
    equal(
      conflict({ kind: 'waits-first', lock: undefined }),
      'ana waits for src/app.ts already and comes first.',
    );
  });
});

describe('endedSentence', () => {
  const ended = (fields: Partial<EndedLock>): string =>
    endedSentence({
      path: 'src/app.ts',
      token: 1,
      ending: 'expired',
      endedAtMs: nowMs,
      by: undefined,
      reason: 'ttl',
      ...fields,
    });
  const time = localTime(nowMs);

  it('says how it ended, by whom, when and why', () => {
    equal(ended({}), `The lock on src/app.ts expired at ${time}: its time was over.`);
    equal(
      ended({ ending: 'reaped', reason: 'gone' }),
      `The lock on src/app.ts was dropped at ${time}: its process is gone.`,
    );
    equal(
      ended({ ending: 'broken', by: 'bob', reason: 'Stuck' }),
      `The lock on src/app.ts was broken by bob at ${time}. Reason: Stuck`,
    );
    equal(
      ended({ ending: 'released', by: undefined, reason: undefined }),
      `The lock on src/app.ts was released by somebody at ${time}.`,
    );
    equal(
      ended({ reason: undefined }),
      `The lock on src/app.ts expired at ${time}: nobody knows why.`,
    );
  });
});

describe('takenBySentence and cycleSentence', () => {
  it('say who has it now, and who would wait for whom', () => {
    const end = { atMs: nowMs + 28_000, cause: 'ttl' } as const;
    equal(
      takenBySentence({ ...who, lock, end }, { nowMs }),
      'src/app.ts is held by ana now, 28 s left.',
    );
    equal(
      cycleSentence(['one', 'two']),
      'They would wait for each other for ever: one → two → one.',
    );
  });
});
