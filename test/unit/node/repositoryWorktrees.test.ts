import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findHeddleRoot, heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { openRepositoryPaths } from '../../../src/node/repositoryPath.ts';
import { assertLock, assertRefused, pathsOf, PathSandbox } from './pathSandbox.ts';

describe('toLockPath with linked worktrees', () => {
  let sandbox: PathSandbox;
  let main: string;
  beforeEach(() => {
    sandbox = new PathSandbox();
    main = sandbox.repository('main');
    sandbox.file('main', 'src', 'a.ts');
  });
  afterEach(() => sandbox.dispose());

  it('the same path in another worktree is the same lock, wherever the worktree lies', () => {
    const worktrees = [
      sandbox.worktree(main, 'linked'),
      sandbox.worktree(main, 'main', '.worktrees', 'x'),
      sandbox.worktree(main, 'main', '.claude', 'worktrees', 'y'),
      sandbox.worktree(main, 'main', '.git', 'checkouts', 'z'),
      sandbox.worktree(main, 'main', '.heddle', 'worktrees', 'w'),
    ];
    const locations = [main, ...worktrees].flatMap((each) => [
      findHeddleRoot(each),
      heddleRootAt(each),
    ]);
    for (const paths of locations.map((location) => openRepositoryPaths(location))) {
      for (const worktree of worktrees) {
        assertLock(paths, join(worktree, 'src', 'a.ts'), 'src/a.ts');
        assertLock(paths, join(worktree, 'new', 'b.ts'), 'new/b.ts');
        assertLock(paths, worktree, '.');
        assert.equal(paths.toLockPath('src/*.ts', worktree), 'src/*.ts');
        assert.equal(paths.toLockPath('../README.md', join(worktree, 'src')), 'README.md');
        assertRefused(paths, 'invalid-path', { path: join(worktree, '.git') });
        assertRefused(paths, 'invalid-path', { path: join(worktree, '.heddle', 'x') });
      }
      assertLock(paths, join(main, 'src', 'a.ts'), 'src/a.ts');
    }
  });

  it('a link from one worktree into another is the file there', () => {
    const linked = sandbox.worktree(main, 'linked');
    assertLock(pathsOf(main), sandbox.link(join(main, 'src'), 'linked', 'shared'), 'src');
    assertLock(pathsOf(main), join(linked, 'shared', 'a.ts'), 'src/a.ts');
  });

  it('the root may be a subfolder of the repository', () => {
    const linked = sandbox.worktree(main, 'linked');
    sandbox.folder('main', 'packages', 'one', '.heddle');
    const paths = openRepositoryPaths(heddleRootAt(sandbox.path('main', 'packages', 'one')));
    assertLock(paths, join(main, 'packages', 'one', 'a.ts'), 'a.ts');
    assertLock(paths, join(linked, 'packages', 'one', 'a.ts'), 'a.ts');
    assertLock(paths, join(linked, 'packages', 'one'), '.');
    assertRefused(paths, 'outside-root', { path: join(linked, 'src', 'a.ts') });
    assertRefused(paths, 'outside-root', { path: join(main, 'src', 'a.ts') });
  });

  it('the root may lie above several repositories', () => {
    sandbox.folder('.heddle');
    const linked = sandbox.worktree(main, 'linked');
    const other = sandbox.repository('other');
    const otherLinked = sandbox.worktree(other, 'main', '.worktrees', 'other');
    const paths = pathsOf(main);
    assertLock(paths, join(main, 'src', 'a.ts'), 'main/src/a.ts');
    assertLock(paths, join(linked, 'src', 'a.ts'), 'main/src/a.ts');
    assertLock(paths, join(other, 'a.ts'), 'other/a.ts');
    assertLock(paths, join(otherLinked, 'a.ts'), 'other/a.ts');
    assertLock(paths, join(sandbox.root, 'notes.md'), 'notes.md');
  });

  it('a worktree of another repository is a folder like any other', () => {
    const other = sandbox.repository('other');
    const inside = sandbox.worktree(other, 'main', 'vendored');
    const outside = sandbox.worktree(other, 'elsewhere');
    const paths = pathsOf(main);
    assertLock(paths, join(inside, 'a.ts'), 'vendored/a.ts');
    assertRefused(paths, 'outside-root', { path: join(outside, 'a.ts') });
  });

  it('the worktrees of a bare repository share the folder beside it', () => {
    sandbox.folder('project');
    sandbox.git(sandbox.root, 'clone', '--quiet', '--bare', main, 'project/.bare');
    const one = sandbox.worktree(sandbox.path('project', '.bare'), 'project', 'one');
    const two = sandbox.worktree(sandbox.path('project', '.bare'), 'two');
    for (const start of [one, two]) {
      assertLock(pathsOf(start), join(one, 'src', 'a.ts'), 'src/a.ts');
      assertLock(pathsOf(start), join(two, 'src', 'a.ts'), 'src/a.ts');
    }
  });

  it('a submodule is a folder of the repository, in every worktree', () => {
    const library = sandbox.repository('library');
    sandbox.git(main, 'submodule', '--quiet', 'add', library, 'vendor/library');
    sandbox.git(main, 'commit', '--quiet', '-m', 'submodule');
    const linked = sandbox.worktree(main, 'linked');
    sandbox.git(linked, 'submodule', '--quiet', 'update', '--init');
    sandbox.folder('main', '.heddle');
    const paths = pathsOf(main);
    assertLock(paths, join(main, 'vendor', 'library', 'x.ts'), 'vendor/library/x.ts');
    assertLock(paths, join(linked, 'vendor', 'library', 'x.ts'), 'vendor/library/x.ts');
    const own = sandbox.worktree(sandbox.path('main', 'vendor', 'library'), 'libraryTwo');
    assertLock(paths, join(own, 'x.ts'), 'vendor/library/x.ts');
    assertLock(openRepositoryPaths(heddleRootAt(own)), join(own, 'x.ts'), 'x.ts');
  });

  it('a worktree that was moved or has a broken .git is no part of the repository', () => {
    const linked = sandbox.worktree(main, 'linked');
    for (const text of ['', 'gitdir: ', 'gitdir: /not/there\n', '\0'.repeat(100)]) {
      writeFileSync(join(linked, '.git'), text);
      assertRefused(pathsOf(main), 'outside-root', { path: join(linked, 'src', 'a.ts') });
    }
  });

  it('checkouts that claim to be linked in a circle end somewhere', () => {
    const inner = sandbox.folder('main', 'inner');
    const gitDir = sandbox.folder('fake');
    writeFileSync(join(gitDir, 'commondir'), `${sandbox.folder('main', 'inner', '.git')}\n`);
    const outer = sandbox.folder('outer');
    writeFileSync(join(outer, '.git'), `gitdir: ${gitDir}\n`);
    renameSync(inner, join(outer, 'inner'));
    writeFileSync(join(gitDir, 'commondir'), `${join(outer, 'inner', '.git')}\n`);
    const paths = openRepositoryPaths(heddleRootAt(outer));
    const once = paths.toLockPath(join(outer, 'inner', 'a.ts'), '/');
    assert.match(once, /^(inner\/)?a\.ts$/);
    assert.equal(paths.toLockPath(join(outer, 'inner', 'a.ts'), '/'), once);
  });

  it('a checkout folder whose own name has a wildcard is a folder', () => {
    const odd = sandbox.path('what?', 'li*ked');
    sandbox.git(main, 'worktree', 'add', '--quiet', '-b', 'odd', odd);
    const paths = pathsOf(main);
    assert.equal(paths.toLockPath(join(odd, 'src', '*.ts'), '/'), 'src/*.ts');
    assert.equal(paths.toLockPath('src/*.ts', odd), 'src/*.ts');
    assert.equal(paths.toLockPathFast(join(odd, 'src.ts')), 'src.ts');
    const inOdd = sandbox.repository('an*y');
    assert.equal(pathsOf(inOdd).toLockPath(join(inOdd, '*'), '/'), '*');
  });

  it('a worktree that comes to be is noticed after a while', () => {
    let nowMs = 1_000_000;
    const paths = openRepositoryPaths(findHeddleRoot(main), { clock: { now: () => nowMs } });
    const folder = sandbox.folder('main', '.worktrees', 'late');
    const asked = join(folder, 'a.ts');
    assert.equal(paths.toLockPath(asked, '/'), '.worktrees/late/a.ts');
    assert.equal(paths.toLockPathFast(asked), '.worktrees/late/a.ts');
    sandbox.worktree(main, 'main', '.worktrees', 'late');
    nowMs += 15_001;
    assert.equal(paths.toLockPath(asked, '/'), 'a.ts');
    assert.equal(paths.toLockPathFast(asked), 'a.ts');
    nowMs -= 1_000_000;
    rmSync(join(folder, '.git'));
    assert.equal(paths.toLockPathFast(asked), '.worktrees/late/a.ts');
  });
});

describe('toLockPath without git', () => {
  let sandbox: PathSandbox;
  beforeEach(() => {
    sandbox = new PathSandbox();
  });
  afterEach(() => sandbox.dispose());

  it('the root is all there is', () => {
    sandbox.file('plain', 'src', 'a.ts');
    sandbox.folder('plain', '.heddle');
    const paths = pathsOf(sandbox.path('plain', 'src'));
    assertLock(paths, sandbox.path('plain', 'src', 'a.ts'), 'src/a.ts');
    assertLock(paths, sandbox.path('plain'), '.');
    assertRefused(paths, 'outside-root', { path: sandbox.root });
  });

  it('a root that is not there yet has paths as well', () => {
    const paths = openRepositoryPaths(heddleRootAt(sandbox.path('not', 'yet')));
    assertLock(paths, sandbox.path('not', 'yet', 'a'), 'a');
    assertRefused(paths, 'outside-root', { path: sandbox.path('not') });
    assert.equal(typeof paths.rules.isCaseInsensitive, 'boolean');
  });

  it('a root that is a loop of links has nothing in it', () => {
    const paths = openRepositoryPaths(heddleRootAt(sandbox.link('loop', 'loop')));
    assertRefused(paths, 'invalid-path', { path: sandbox.path('loop', 'a') });
    assertRefused(paths, 'outside-root', { path: sandbox.path('other') });
    assert.equal(paths.toLockPathFast(sandbox.path('loop', 'a')), undefined);
  });

  it('checkouts of Heddle that share one .heddle are one repository', () => {
    sandbox.folder('main', '.heddle');
    for (const name of ['one', 'two', 'other']) {
      const own = sandbox.folder(name, '.heddle');
      const target = name === 'other' ? '../../third/.heddle' : '../../main/.heddle';
      writeFileSync(join(own, 'objectstore'), `${target}\n`);
    }
    sandbox.folder('third', '.heddle');
    for (const start of ['main', 'one', 'two']) {
      const paths = pathsOf(sandbox.path(start));
      for (const name of ['main', 'one', 'two']) {
        assertLock(paths, sandbox.path(name, 'src', 'a.ts'), 'src/a.ts');
        assert.equal(
          paths.toAbsolute('src/a.ts', sandbox.path(name)),
          sandbox.path(name, 'src', 'a.ts'),
        );
      }
      assertRefused(paths, 'outside-root', { path: sandbox.path('other', 'a.ts') });
    }
  });
});
