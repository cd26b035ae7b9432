import assert from 'node:assert/strict';
import fc from 'fast-check';
import { newAgentEntry } from '../../../src/core/agents/agentEntry.ts';
import type { HolderSnapshot } from '../../../src/core/locks/lockSnapshot.ts';
import { covers } from '../../../src/core/locks/pathOverlap.ts';
import { diffLocks } from '../../../src/core/locks/lockSnapshot.ts';
import { lockDecoration, type LockDecoration } from '../../../src/presentation/lockDecorations.ts';
import { LockedPaths } from '../../../src/presentation/lockedPaths.ts';
import { foldersAbove, literalPart } from '../../../src/presentation/pathFolders.ts';
import {
  buildHeld,
  buildHolder,
  buildLockSnapshot,
  buildWait,
  lockTestNowMs as nowMs,
  plainRules,
} from '../../support/lockSnapshots.ts';

const mineId = 1;
const isMine = ({ holder }: HolderSnapshot): boolean => holder.id === mineId;

function pathsOf(...holders: readonly HolderSnapshot[]): LockedPaths {
  const paths = new LockedPaths({ rules: plainRules, isMine });
  paths.apply(holders.map((after) => ({ before: undefined, after })));
  return paths;
}

const decorate = (paths: LockedPaths, path: string): LockDecoration | undefined =>
  lockDecoration(paths, path, nowMs);

describe('lockDecoration', () => {
  const other = (path: string): HolderSnapshot =>
    buildHolder(2, { locks: [buildHeld({ path })], name: 'ana' });

  it('tells mine, another’s, shared and contended apart, on files and on what contains them', () => {
    const held = buildHeld({ path: 'src/a.ts' });
    const shared = buildHeld({ path: 'src/a.ts', mode: 'shared' });
    const waiting = buildHolder(3, { waits: [buildWait(9, ['src/a.ts'])] });
    const cases: readonly [string, string, readonly HolderSnapshot[]][] = [
      ['L', '•', [buildHolder(2, { locks: [held] })]],
      ['Lm', '•m', [buildHolder(mineId, { locks: [held] })]],
      ['Ls', '•s', [buildHolder(2, { locks: [shared] }), buildHolder(3, { locks: [shared] })]],
      ['L!', '•!', [buildHolder(2, { locks: [held] }), waiting]],
      ['L!', '•!', [buildHolder(mineId, { locks: [held] }), waiting]],
    ];
    for (const [badge, summary, holders] of cases) {
      const paths = pathsOf(...holders);
      assert.equal(decorate(paths, 'src/a.ts')?.badge, badge);
      assert.equal(decorate(paths, 'src')?.badge, summary);
      assert.equal(decorate(paths, '.')?.badge, summary);
      assert.equal(decorate(paths, 'src/b.ts'), undefined);
    }
  });

  it('says who, spawned by whom, why, since when and for how long', () => {
    const entry = (sessionId: string, name: string): ReturnType<typeof newAgentEntry> =>
      newAgentEntry({
        sessionId,
        thread: 'x',
        baseState: 'x',
        startedAt: '2026-11-21T09:00:00Z',
        harness: name,
      });
    const chain = [entry('top', 'claude-code'), entry('leaf', 'codex')];
    const held = buildHeld({ path: 'a.ts', reason: 'split the parser', grantedAtMs: nowMs });
    const agent = buildHolder(2, {
      ...{ locks: [held], chain },
      ...(chain[1] && { entry: chain[1] }),
      identity: { kind: 'session', sessionId: 'leaf' },
    });
    const waiting = buildHolder(3, { name: 'ben', waits: [buildWait(9, ['a.ts'])] });
    assert.deepEqual(decorate(pathsOf(agent, waiting), 'a.ts')?.tooltip, [
      'Locked by Codex',
      'Chain: Claude Code › Codex',
      'Reason: split the parser',
      'Since: 2026-11-21 14:00',
      'Time left: less than an hour left, until 2026-11-21 14:10',
      'Waiting: ben',
    ]);
  });

  it('says of files below a locked folder that they are held through it, without a badge', () => {
    const paths = pathsOf(other('src/core'));
    const below = decorate(paths, 'src/core/deep/a.ts');
    assert.equal(below?.badge, undefined);
    assert.deepEqual(below?.tooltip.slice(0, 2), ['Held through src/core', 'Locked by ana']);
    assert.equal(decorate(paths, 'src/core')?.badge, 'L');
    assert.equal(decorate(paths, 'src')?.badge, '•');
    assert.equal(
      decorate(pathsOf(other('.')), 'any/where')?.tooltip[0],
      'Held through the whole repository',
    );
  });

  it('shows a glob on the deepest folder that contains all it matches', () => {
    const paths = pathsOf(other('src/**/*.ts'));
    const folder = decorate(paths, 'src');
    assert.equal(folder?.badge, '•');
    assert.ok(folder.tooltip.includes('src/**/*.ts'));
    assert.equal(decorate(paths, '.')?.badge, '•');
    assert.equal(decorate(paths, 'src/a/b.ts')?.tooltip[0], 'Held through src/**/*.ts');
    assert.equal(decorate(paths, 'src/a/b.js'), undefined);
    assert.equal(decorate(pathsOf(other('*.md')), '.')?.badge, '•');
  });

  it('has no badge for one’s own unsaved changes, but for those of others', () => {
    const soft = buildHeld({ path: 'a.ts', isSoft: true });
    const mine = pathsOf(buildHolder(mineId, { locks: [soft] }));
    assert.equal(decorate(mine, 'a.ts')?.badge, undefined);
    assert.equal(decorate(mine, '.'), undefined);
    const others = pathsOf(buildHolder(2, { name: 'ana', locks: [soft] }));
    assert.equal(decorate(others, 'a.ts')?.badge, 'L');
    assert.equal(decorate(others, 'a.ts')?.tooltip[0], 'Unsaved changes by ana');
  });

  it('keeps text from outside to single lines without control characters', () => {
    const reason = 'x\u001b[31m\nLocked by you \u202e';
    const nasty = buildHolder(2, {
      name: 'e\nvil\u0007',
      locks: [buildHeld({ path: 'a.ts', reason })],
    });
    const tooltip = decorate(pathsOf(nasty), 'a.ts')?.tooltip ?? [];
    assert.equal(tooltip.length, 4);
    for (const line of tooltip) assert.doesNotMatch(line, /[\u0000-\u001f\u007f\u202e]/);
  });

  it('counts what lies below by kind', () => {
    const paths = pathsOf(
      buildHolder(mineId, { locks: [buildHeld({ path: 'src/a' }), buildHeld({ path: 'src/b' })] }),
      buildHolder(2, { locks: [buildHeld({ path: 'src/c/d' })] }),
      buildHolder(3, { waits: [buildWait(1, ['src/a'])] }),
    );
    assert.deepEqual(decorate(paths, 'src')?.tooltip, [
      '3 locked paths inside: 1 that somebody waits for, 1 held by others, 1 held by you',
    ]);
    const { locked, contended, mine, mineContended } = paths.totals;
    assert.deepEqual([locked, contended, mine, mineContended], [3, 1, 2, 1]);
  });

  it('does not count a shared wait for what is shared, nor a wait for what one holds', () => {
    const shared = buildHeld({ path: 'a', mode: 'shared' });
    const reader = buildHolder(3, { waits: [buildWait(9, ['a'], { mode: 'shared' })] });
    assert.equal(decorate(pathsOf(buildHolder(2, { locks: [shared] }), reader), 'a')?.badge, 'Ls');
    const own = buildHolder(2, { locks: [buildHeld({ path: 'a' })], waits: [buildWait(9, ['a'])] });
    assert.equal(decorate(pathsOf(own), 'a')?.badge, 'L');
  });
});

const path = fc.constantFrom('.', 'a', 'a/b', 'a/b/c', 'a/*.ts', 'a/x.ts', '**/y', 'd/e/y', 'd');
const held = fc.record({
  path,
  mode: fc.constantFrom('exclusive' as const, 'shared' as const),
  isSoft: fc.boolean(),
  reason: fc.constantFrom(undefined, 'why', 'what'),
  endMinutes: fc.constantFrom(1, 2),
  isDefault: fc.boolean(),
});
const fields = fc.record({
  name: fc.constantFrom('ana', 'ben'),
  locks: fc.uniqueArray(held, { selector: (each) => each.path, maxLength: 5 }),
  waits: fc.uniqueArray(
    fc.record({ ticket: fc.nat(20), paths: fc.uniqueArray(path, { maxLength: 2 }) }),
    { selector: (each) => each.ticket, maxLength: 2 },
  ),
});
/** What three holders are at one moment; undefined for one that is not there. */
const moment = fc.tuple(...[1, 2, 3].map(() => fc.option(fields, { nil: undefined })));

type Moment = typeof moment extends fc.Arbitrary<infer T> ? T : never;

function holdersOf(now: Moment): readonly HolderSnapshot[] {
  return now.flatMap((each, i) => {
    if (each === undefined) return [];
    const id = i + 1;
    const locks = each.locks.map(({ endMinutes, isDefault, ...lock }) =>
      buildHeld({
        ...lock,
        ...(isDefault && { term: { kind: 'default', ttlMs: 30_000 } }),
        end: { atMs: nowMs + endMinutes * 60_000 },
      }),
    );
    const waits = each.waits.map(({ ticket, paths }) => buildWait(ticket * 3 + i, paths));
    return [buildHolder(id, { name: each.name, locks, waits })];
  });
}

describe('LockedPaths', () => {
  const probes = [
    '.',
    'a',
    'a/b',
    'a/b/c',
    'a/b/c/d',
    'a/x.ts',
    'a/z',
    'd',
    'd/e',
    'd/e/y',
    'q/y/z',
  ];
  const all = (paths: LockedPaths): Map<string, string> =>
    new Map(probes.map((each) => [each, JSON.stringify(decorate(paths, each))]));

  it('shows after any changes what it shows when it is built anew, and names what changed', () => {
    fc.assert(
      fc.property(fc.array(moment, { minLength: 1, maxLength: 5 }), (moments) => {
        const paths = new LockedPaths({ rules: plainRules, isMine });
        let before = buildLockSnapshot([]);
        for (const now of moments) {
          const after = buildLockSnapshot(holdersOf(now));
          const was = all(paths);
          const changed = paths.apply(diffLocks(before, after).holders);
          const is = all(paths);
          assert.deepEqual(is, all(pathsOf(...after.holders)));
          assert.deepEqual(paths.totals, pathsOf(...after.holders).totals);
          for (const probe of probes) {
            const differs = was.get(probe) !== is.get(probe);
            const isCovered = changed.covering.some((key) => covers(key, probe) && key !== probe);
            if (differs) assert.ok(changed.paths.has(probe) || isCovered, `${probe} is not named`);
            if (changed.paths.has(probe)) assert.ok(differs, `${probe} looks the same`);
          }
          before = after;
        }
      }),
      { numRuns: 400 },
    );
  });

  it('names nothing when holders only gave signs of life', () => {
    const fields = { term: { kind: 'default', ttlMs: 30_000 } } as const;
    const lock = buildHeld({ path: 'a', ...fields });
    const before = buildHolder(2, { locks: [lock] });
    const beat = { ...lock, end: { ...lock.end, atMs: nowMs + 700_000 } };
    const after = buildHolder(2, { locks: [beat], lastSeenMs: nowMs + 100_000 });
    const changed = pathsOf(before).apply([{ before, after }]);
    assert.deepEqual([changed.paths.size, changed.covering], [0, []]);
  });

  it('names a file and the folders above it, by the paths as they were given', () => {
    const rules = { isCaseInsensitive: true, isWindows: false };
    const paths = new LockedPaths({ rules, isMine });
    const lock = { ...buildHeld({ path: 'Src/A.ts' }), key: 'src/a.ts' };
    const changed = paths.apply([{ before: undefined, after: buildHolder(2, { locks: [lock] }) }]);
    assert.deepEqual([...changed.paths.values()].sort(), ['.', 'Src', 'Src/A.ts']);
    assert.equal(decorate(paths, 'sRC/a.TS')?.badge, 'L');
  });
});

describe('the folders of a path', () => {
  it('end with the repository', () => {
    assert.deepEqual(foldersAbove('a/b/c'), ['a/b', 'a', '.']);
    assert.deepEqual([foldersAbove('a'), foldersAbove('.')], [['.'], []]);
    assert.deepEqual(['a/b', 'a/*/c', '*.ts', '.'].map(literalPart), ['a/b', 'a', '.', '.']);
  });
});
