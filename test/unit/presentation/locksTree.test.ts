import assert from 'node:assert/strict';
import type { ContendedPath } from '../../../src/core/activity/contention.ts';
import type { HolderSnapshot, LockSnapshot } from '../../../src/core/locks/lockSnapshot.ts';
import { LockedPaths } from '../../../src/presentation/lockedPaths.ts';
import { parseLockElement } from '../../../src/presentation/lockElement.ts';
import { ordinal, type LockRowCache } from '../../../src/presentation/lockRow.ts';
import {
  buildLocksTree,
  nextTickMs,
  tickLocksTree,
  type LocksGrouping,
  type LocksTreeModel,
  type LocksTreeRoot,
} from '../../../src/presentation/locksTree.ts';
import { diffRows } from '../../../src/presentation/treeRow.ts';
import {
  buildHeld,
  buildHolder,
  buildLockSnapshot,
  buildWait,
  lockTestNowMs as nowMs,
  plainRules,
  type SnapshotFields,
} from '../../support/lockSnapshots.ts';

const mineId = 1;

function rootOf(
  holders: readonly HolderSnapshot[],
  more: Partial<LockSnapshot> = {},
  contention: readonly ContendedPath[] = [],
): LocksTreeRoot {
  const paths = new LockedPaths({
    rules: plainRules,
    isMine: ({ holder }) => holder.id === mineId,
  });
  paths.apply(holders.map((after) => ({ before: undefined, after })));
  return { snapshot: buildLockSnapshot(holders, more), paths, contention };
}

function build(
  holders: readonly HolderSnapshot[],
  grouping: LocksGrouping = 'folder',
  cache?: LockRowCache,
): LocksTreeModel {
  return buildLocksTree([rootOf(holders)], { grouping, nowMs, cache });
}

/** The tree as indented lines. */
function outline(model: LocksTreeModel, ids = model.roots, depth = 0): string[] {
  return ids.flatMap((id) => {
    const row = model.rows.get(id);
    assert.ok(row, `no row ${id}`);
    const line = `${'  '.repeat(depth)}${row.label} | ${row.description}`;
    return [line, ...outline(model, row.children, depth + 1)];
  });
}

const holding = (id: number, name: string, ...paths: readonly string[]): HolderSnapshot =>
  buildHolder(id, { name, locks: paths.map((path) => buildHeld({ path })) });

describe('buildLocksTree', () => {
  it('puts files under their folders, with their holder and the time left', () => {
    const ana = holding(2, 'ana', 'src/b.ts', 'src/a.ts', 'README.md');
    assert.deepEqual(outline(build([ana, holding(mineId, 'me', 'src/core')])), [
      'repo | 1',
      '  README.md | ana · 10 min left',
      'src | 3',
      '  a.ts | ana · 10 min left',
      '  b.ts | ana · 10 min left',
      '  core | you · 10 min left',
    ]);
  });

  it('puts files under their holders, one’s own first', () => {
    const waits = [buildWait(5, ['x/y.ts'], { sinceMs: nowMs - 12_000 })];
    const ana = buildHolder(2, { name: 'ana', locks: [buildHeld({ path: 'src/b.ts' })], waits });
    assert.deepEqual(outline(build([ana, holding(mineId, 'me', 'x/y.ts')], 'holder')), [
      'you | 1 file',
      '  y.ts | x · 10 min left · 1 waiting',
      'ana | 1 file · waits for 1',
      '  b.ts | src · 10 min left',
      '  y.ts | waits, 1st, for 10 s · x',
    ]);
  });

  it('puts those who wait under the file, in the order of the queue', () => {
    const waiting = (id: number, ticket: number, agoMs: number): HolderSnapshot =>
      buildHolder(id, { waits: [buildWait(ticket, ['a.ts'], { sinceMs: nowMs - agoMs })] });
    const holders = [holding(2, 'ana', 'a.ts'), waiting(3, 9, 12_000), waiting(4, 8, 60_000)];
    assert.deepEqual(outline(build(holders)).slice(1), [
      '  a.ts | ana · 10 min left',
      '    holder-4 | waits, 1st, for 1 min',
      '    holder-3 | waits, 2nd, for 10 s',
    ]);
  });

  it('lists everybody who shares a file below it', () => {
    const shared = (id: number, name: string): HolderSnapshot =>
      buildHolder(id, { name, locks: [buildHeld({ path: 'a.ts', mode: 'shared' })] });
    assert.deepEqual(outline(build([shared(2, 'ana'), shared(3, 'ben')])).slice(1), [
      '  a.ts | 2 hold it',
      '    ana | 10 min left',
      '    ben | 10 min left',
    ]);
    assert.deepEqual(outline(build([shared(2, 'ana')])).slice(1), [
      '  a.ts | ana · 10 min left · shared',
    ]);
  });

  it('names globs and the whole repository', () => {
    const model = build([holding(2, 'ana', 'src/**/*.ts', '*.md', '.')]);
    assert.deepEqual(
      outline(model).map((line) => line.split(' | ')[0]),
      ['repo', '  *.md', '  the whole repository', 'src', '  **/*.ts'],
    );
  });

  it('says in its context value what menus need to know', () => {
    const session: SnapshotFields = { identity: { kind: 'session', sessionId: 's' } };
    const locks = [buildHeld({ path: 'a', mode: 'shared' })];
    const holders = [
      buildHolder(2, { ...session, locks }),
      buildHolder(mineId, { locks: [buildHeld({ path: 'b', isSoft: true })] }),
      buildHolder(3, { ...session, waits: [buildWait(7, ['b'])] }),
    ];
    const values = (grouping: LocksGrouping): readonly string[] =>
      [...build(holders, grouping).rows.values()].map(({ contextValue }) => contextValue);
    assert.deepEqual(
      new Set(values('folder')),
      new Set([
        ...['heddle.lockFolder', 'heddle.lock+other+shared+session', 'heddle.lock+mine+soft'],
        'heddle.wait+session',
      ]),
    );
    assert.ok(values('holder').includes('heddle.lockHolder+session'));
    assert.ok(values('holder').includes('heddle.lockHolder'));
  });

  it('ranks what is fought over, and lists crashed holders and unreadable files', () => {
    const contention = [
      { path: 'src/a.ts', refusals: 3, waits: 1, parties: 2, lastMs: nowMs },
      { path: 'b.ts', refusals: 0, waits: 2, parties: 1, lastMs: nowMs },
    ];
    const crashed = buildHolder(3, {
      ...{ name: 'ben', isCrashed: true },
      lastSeenMs: nowMs - 3 * 60_000,
    });
    const old = buildHolder(4, { isCrashed: true, lastSeenMs: nowMs - 48 * 3_600_000 });
    const broken = [{ fileName: 'holder-9.json', problem: 'It is no JSON.', lastGood: undefined }];
    const root = rootOf([crashed, old], { broken }, contention);
    const model = buildLocksTree([root], { grouping: 'folder', nowMs });
    assert.deepEqual(outline(model), [
      'Contention | 2',
      '  a.ts | 3 refused · 1 waited · src',
      '  b.ts | 2 waited',
      'Crashed | 1',
      '  ben | last seen 3 min ago',
      'Unreadable | 1',
      '  holder-9.json | It is no JSON.',
    ]);
    for (const id of model.roots) assert.equal(model.rows.get(id)?.isExpanded, false);
  });

  it('has no rows where nobody holds anything', () => {
    assert.deepEqual(build([]).roots, []);
    const roots = [rootOf([]), rootOf([], { root: '/other' })];
    assert.deepEqual(buildLocksTree(roots, { grouping: 'folder', nowMs }).roots, []);
  });

  it('shows each root as a row when there are several', () => {
    const roots = [
      rootOf([holding(2, 'ana', 'a')]),
      rootOf([], { root: '/other', state: { kind: 'failed', problem: 'EACCES' } }),
      rootOf([holding(2, 'ana', 'a')], { root: '/third' }),
    ];
    const model = buildLocksTree(roots, { grouping: 'holder', nowMs });
    const lines = outline(model).filter((line) => !line.startsWith(' '));
    assert.deepEqual(lines, ['repo | 1 held', 'other | cannot be read', 'third | 1 held']);
  });

  it('gives each row an element of its own that can be read again, and knows all parents', () => {
    const waits = [buildWait(9, ['.', 'a/b'])];
    const holders = [holding(2, 'ana', 'a/b', 'a', '.'), buildHolder(3, { waits })];
    for (const grouping of ['folder', 'holder'] as const) {
      const model = build(holders, grouping);
      assert.equal(outline(model).length, model.rows.size);
      for (const [id, row] of model.rows) {
        assert.equal(row.id, id);
        assert.ok(parseLockElement(id), id);
        const siblings =
          row.parent === undefined ? model.roots : model.rows.get(row.parent)?.children;
        assert.ok(siblings?.includes(id), id);
      }
    }
  });

  it('keeps text from outside harmless', () => {
    const nasty = 'x\u001b[31m\n\u202e';
    const holder = buildHolder(2, {
      name: nasty,
      locks: [buildHeld({ path: `a${'b'.repeat(900)}\u202e`, reason: nasty })],
      waits: [buildWait(9, ['c\u2066'])],
    });
    const broken = [{ fileName: `${nasty}.json`, problem: nasty, lastGood: undefined }];
    const contention = [{ path: '\u202ea', refusals: 1, waits: 0, parties: 1, lastMs: nowMs }];
    for (const grouping of ['folder', 'holder'] as const) {
      const root = rootOf([holder], { broken }, contention);
      for (const row of buildLocksTree([root], { grouping, nowMs }).rows.values()) {
        const tooltip = row.tooltip.map((part) => ('text' in part ? part.text : part.value));
        const texts = [row.label, row.description, row.accessibleText ?? '', ...tooltip];
        for (const text of texts) assert.doesNotMatch(text, /[\u0000-\u001f\u202e\u2066]/);
        assert.ok(row.label.length <= 120);
      }
    }
  });
});

describe('time in the tree', () => {
  it('repaints only the rows whose text changes', () => {
    const locks = [
      buildHeld({ path: 'soon', end: { atMs: nowMs + 20_000 } }),
      buildHeld({ path: 'later', end: { atMs: nowMs + 3_600_000 } }),
      buildHeld({ path: 'open', term: { kind: 'until-released' }, end: { atMs: undefined } }),
    ];
    const model = build([buildHolder(2, { name: 'ana', locks })]);
    assert.equal(nextTickMs(model, nowMs), nowMs + 5000);
    assert.deepEqual(tickLocksTree(model, nowMs + 4999), []);
    assert.deepEqual(tickLocksTree(model, nowMs + 5000), ['lock:2:soon@/repo']);
    assert.equal(model.rows.get('lock:2:soon@/repo')?.description, 'ana · 15 s left');
    assert.deepEqual(tickLocksTree(model, nowMs + 5000), []);
    assert.equal(nextTickMs(build([]), nowMs), Number.POSITIVE_INFINITY);
  });

  it('keeps the objects of rows that look the same', () => {
    const cache: LockRowCache = new WeakMap();
    const ana = holding(2, 'ana', 'a', 'b');
    const [before, after] = [
      build([ana], 'folder', cache),
      build([ana, holding(3, 'ben', 'c')], 'folder', cache),
    ];
    const id = 'lock:2:a@/repo';
    assert.equal(before.rows.get(id), after.rows.get(id));
    assert.deepEqual(diffRows(before, after), { kind: 'rows', ids: ['lockFolder:.@/repo'] });
    assert.deepEqual(diffRows(after, build([ana, holding(3, 'ben', 'c')], 'folder', cache)), {
      kind: 'none',
    });
  });

  for (const count of [50, 51, 5_000, 10_000]) {
    it(`arranges ${count} locks, groups ${count > 50 ? 'collapsed' : 'expanded'}`, () => {
      const locks = Array.from({ length: count }, (_, i) =>
        buildHeld({ path: `d${i % 100}/f${i}` }),
      );
      for (const grouping of ['folder', 'holder'] as const) {
        const model = build([buildHolder(2, { name: 'ana', locks })], grouping);
        assert.ok(model.rows.size > count);
        assert.equal(model.rows.get(model.roots[0] ?? '')?.isExpanded, count <= 50);
        assert.equal(tickLocksTree(model, nowMs + 61_000).length, count);
      }
    });
  }
});

describe('ordinal', () => {
  it('has the endings of English', () => {
    assert.deepEqual([1, 2, 3, 4, 11, 12, 13, 21, 22, 111].map(ordinal), [
      ...['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '22nd', '111th'],
    ]);
  });
});
