import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { openRepositoryPaths, type RepositoryPaths } from '../../../src/node/repositoryPath.ts';
import { pathsOf, PathSandbox } from './pathSandbox.ts';

describe('toAbsolute', () => {
  let sandbox: PathSandbox;
  let main: string;
  let linked: string;
  let paths: RepositoryPaths;
  beforeEach(() => {
    sandbox = new PathSandbox();
    main = sandbox.repository('main');
    linked = sandbox.worktree(main, 'main', '.worktrees', 'x');
    for (const top of [['main'], ['main', '.worktrees', 'x']])
      sandbox.folder(...top, 'src', 'deep');
    paths = pathsOf(main);
  });
  afterEach(() => sandbox.dispose());

  it('leads to the file in the checkout of the folder, and back', () => {
    for (const top of [main, linked, sandbox.worktree(main, 'far')]) {
      sandbox.folder(basename(top), 'src');
      mkdirSync(join(top, 'src', 'deep'), { recursive: true });
      for (const folder of [top, join(top, 'src'), join(top, 'src', 'deep')]) {
        for (const lockPath of ['src/a.ts', 'src/deep/b.ts', 'README.md', '.', 'src', 'x/*.ts']) {
          const absolute = paths.toAbsolute(lockPath, folder);
          assert.equal(absolute, join(top, lockPath), folder);
          assert.equal(paths.toLockPath(absolute, '/'), lockPath);
        }
      }
    }
  });

  it('is spelt as the folder is', () => {
    const alias = sandbox.link(main, 'alias');
    assert.equal(paths.toAbsolute('src/a.ts', alias), join(alias, 'src', 'a.ts'));
    assert.equal(paths.toAbsolute('README.md', join(alias, 'src')), join(alias, 'README.md'));
    const inside = sandbox.link(join(main, 'src'), 'inside');
    assert.equal(paths.toAbsolute('src/a.ts', inside), join(inside, 'a.ts'));
    assert.equal(paths.toAbsolute('README.md', inside), join(main, 'README.md'));
    // A link that has the name of what it leads to lies beside other things.
    sandbox.folder('decoy');
    const decoy = sandbox.link(join(main, 'src'), 'decoy', 'src');
    assert.equal(paths.toAbsolute('README.md', decoy), join(main, 'README.md'));
  });

  it('is undefined outside the checkout, the repository or what is a path', () => {
    const outside = sandbox.folder('outside');
    assert.equal(paths.toAbsolute('src/a.ts', outside), undefined);
    assert.equal(paths.toAbsolute('src/a.ts', join(main, 'not', 'there')), undefined);
    assert.equal(paths.toAbsolute('src/a.ts', 'src'), undefined);
    for (const path of ['../x', '/etc/passwd', 'a/../../x', 'a\0b', 'C:\\x']) {
      assert.equal(paths.toAbsolute(path, main), undefined, path);
    }
  });

  it('knows roots above, below and without a git checkout', () => {
    sandbox.folder('.heddle');
    const above = openRepositoryPaths(heddleRootAt(sandbox.root));
    assert.equal(above.toAbsolute('main/src/a.ts', join(main, 'src')), join(main, 'src', 'a.ts'));
    assert.equal(above.toAbsolute('main/src/a.ts', linked), join(linked, 'src', 'a.ts'));
    assert.equal(above.toAbsolute('other/a.ts', main), undefined);
    assert.equal(above.toAbsolute('.', main), undefined);
    assert.equal(above.toAbsolute('other/a.ts', sandbox.root), sandbox.path('other', 'a.ts'));
    const plain = sandbox.folder('plain', 'deep');
    assert.equal(above.toAbsolute('other/a.ts', plain), sandbox.path('other', 'a.ts'));

    const below = openRepositoryPaths(heddleRootAt(join(main, 'src')));
    assert.equal(below.toAbsolute('a.ts', main), join(main, 'src', 'a.ts'));
    assert.equal(below.toAbsolute('a.ts', linked), join(linked, 'src', 'a.ts'));
    assert.equal(below.toAbsolute('.', join(linked, 'src', 'deep')), join(linked, 'src'));
  });
});
