import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type RepositoryPaths } from '../../../src/node/repositoryPath.ts';
import { assertLock, assertRefused, pathsOf, PathSandbox } from './pathSandbox.ts';

describe('toLockPath in an ordinary repository', () => {
  let sandbox: PathSandbox;
  let main: string;
  let paths: RepositoryPaths;
  beforeEach(() => {
    sandbox = new PathSandbox();
    main = sandbox.repository('main');
    sandbox.file('main', 'src', 'a.ts');
    paths = pathsOf(main);
  });
  afterEach(() => sandbox.dispose());

  it('names files and folders from the root, also those that do not exist yet', () => {
    assertLock(paths, join(main, 'src', 'a.ts'), 'src/a.ts');
    assertLock(paths, join(main, 'src'), 'src');
    assertLock(paths, main, '.');
    assertLock(paths, join(main, 'new', 'deep', 'b.ts'), 'new/deep/b.ts');
    assertLock(paths, join(main, 'src', 'a.ts', 'below'), 'src/a.ts/below');
    assert.equal(paths.toLockPath(`${main}//src/./a.ts/`, '/'), 'src/a.ts');
  });

  it('a relative path begins at the folder one is in, and may go up first', () => {
    const src = join(main, 'src');
    const expected: readonly (readonly [string, string, string])[] = [
      ['a.ts', src, 'src/a.ts'],
      ['./a.ts', src, 'src/a.ts'],
      ['.', src, 'src'],
      ['..', src, '.'],
      ['../src/a.ts', src, 'src/a.ts'],
      ['./../README.md', src, 'README.md'],
      ['../main/x', main, 'x'],
      ['main/x', sandbox.root, 'x'],
      [`../../../../../../../../../..${main}/x`, src, 'x'],
    ];
    for (const [path, cwd, lockPath] of expected) {
      assert.equal(paths.toLockPath(path, cwd), lockPath, path);
    }
  });

  it('refuses what lies outside, however it is written', () => {
    for (const path of ['/', '/etc/passwd', sandbox.root, `${main}2/a`, sandbox.path('mai')]) {
      assertRefused(paths, 'outside-root', { path, message: /is outside the repository at / });
    }
    for (const path of ['..', '../other', '../../../../../../../../../../etc/passwd']) {
      assertRefused(paths, 'outside-root', { path, cwd: main });
    }
  });

  it('refuses ".." after a name, where a link might be meant', () => {
    const message = /contains "\.\." after a name\. Write the path without it/;
    for (const path of ['src/../a', 'src/..', '../main/../x', `${main}/src/../a`]) {
      assertRefused(paths, 'invalid-path', { path, cwd: main, message });
    }
  });

  it('refuses what cannot be a path', () => {
    const bad: readonly (readonly [string, RegExp])[] = [
      ['', /is empty/],
      ['a\0b', /NUL/],
      ['\ud800', /half a character/],
      ['a\nb', /control character/],
      ['a\u001b[2J', /control character/],
      ['x'.repeat(1_000_000), /is longer than 32768 characters/],
      ['x/'.repeat(600), /is longer than 1024 bytes/],
      ['x'.repeat(256), /a name longer than 255 bytes/],
      ['?'.repeat(17), /more than 16 wildcards/],
      ['c:/x', /is absolute/],
    ];
    for (const [path, message] of bad) {
      assertRefused(paths, 'invalid-path', { path, cwd: main, message });
    }
  });

  it('refuses the folders of git and of Heddle', () => {
    sandbox.folder('main', '.heddle', 'agents');
    sandbox.folder('main', 'sub', '.heddle');
    for (const path of ['.git', '.git/HEAD', '.heddle/agents/x.toml', 'sub/.heddle', '*/.git/x']) {
      assertRefused(paths, 'invalid-path', {
        path: join(main, path),
        message: /lies in a \.git or \.heddle folder/,
      });
    }
    assertLock(paths, join(main, '.gitignore'), '.gitignore');
    assertLock(paths, join(main, '.github', 'x'), '.github/x');
  });

  it('takes odd names as they are', () => {
    const names = [
      'con',
      'a.',
      'a ',
      ' a',
      '😀',
      'e\u0301',
      '[id].tsx',
      'a\\b',
      '-x',
      '~',
      '\u202e',
    ];
    for (const name of names) {
      assertLock(paths, join(main, name), name);
      sandbox.file('main', 'odd', name);
      assertLock(paths, join(main, 'odd', name), `odd/${name}`);
      assert.equal(paths.toLockPathFast(join(main, 'odd', name)), `odd/${name}`);
    }
  });

  it('keeps globs', () => {
    for (const glob of ['src/*.ts', '**/x', 'src/**', 'new/?/*', '*']) {
      assert.equal(paths.toLockPath(glob, main), glob);
      assert.equal(paths.toLockPath(join(main, glob), '/'), glob);
    }
    assert.equal(paths.toLockPath('*.ts', join(main, 'src')), 'src/*.ts');
    assert.equal(paths.toLockPath('../*/a.ts', join(main, 'src')), '*/a.ts');
    assertRefused(paths, 'outside-root', { path: '/*/a.ts' });
    assertRefused(paths, 'outside-root', { path: sandbox.path('*', 'a.ts') });
  });

  it('a name with a wildcard is no link that could narrow the glob', () => {
    sandbox.link('src', 'main', '*');
    sandbox.link('/', 'main', 'o*');
    assert.equal(paths.toLockPath('*', main), '*');
    assert.equal(paths.toLockPath('*/a.ts', main), '*/a.ts');
    assert.equal(paths.toLockPath('o*/etc', main), 'o*/etc');
  });

  it('works from a folder that was deleted, and from one that never was', () => {
    const gone = sandbox.folder('main', 'gone', 'deep');
    assert.equal(paths.toLockPath('x', gone), 'gone/deep/x');
    rmSync(join(main, 'gone'), { recursive: true });
    assert.equal(pathsOf(main).toLockPath('x', gone), 'gone/deep/x');
    assert.equal(pathsOf(main).toLockPath('../../src/a.ts', gone), 'src/a.ts');
    assert.equal(paths.toLockPath('x', gone), 'gone/deep/x');
  });

  it('is one and the same repository when it is reached through a link', () => {
    const alias = sandbox.link(main, 'alias');
    assertLock(paths, join(alias, 'src', 'a.ts'), 'src/a.ts');
    assertLock(pathsOf(alias), join(main, 'src', 'a.ts'), 'src/a.ts');
    assertLock(pathsOf(alias), alias, '.');
  });
});

describe('toLockPath with symbolic links', () => {
  let sandbox: PathSandbox;
  let main: string;
  let paths: RepositoryPaths;
  beforeEach(() => {
    sandbox = new PathSandbox();
    main = sandbox.repository('main');
    sandbox.file('main', 'src', 'a.ts');
    sandbox.folder('outside');
    paths = pathsOf(main);
  });
  afterEach(() => sandbox.dispose());

  it('a link inside is what it points to', () => {
    assertLock(paths, sandbox.link('src/a.ts', 'main', 'alias.ts'), 'src/a.ts');
    assertLock(paths, sandbox.link('src', 'main', 'folder'), 'src');
    assertLock(paths, join(main, 'folder', 'new.ts'), 'src/new.ts');
    assertLock(paths, sandbox.link('../alias.ts', 'main', 'src', 'twice.ts'), 'src/a.ts');
    assert.equal(paths.toLockPath('folder/*.ts', main), 'src/*.ts');
    assert.equal(paths.toLockPathFast(join(main, 'folder', 'a.ts')), 'src/a.ts');
  });

  it('a link that leads outside is outside, and one that leads in is inside', () => {
    sandbox.link('../outside', 'main', 'out');
    sandbox.link('/etc', 'main', 'etc');
    for (const path of ['out', 'out/new.ts', 'etc/passwd', 'out/*.ts']) {
      assertRefused(paths, 'outside-root', { path: join(main, path) });
    }
    assertLock(paths, join(sandbox.link('../main/src', 'outside', 'in'), 'a.ts'), 'src/a.ts');
  });

  it('a dangling link is where a file written through it would come to be', () => {
    assertLock(paths, sandbox.link('src/new.ts', 'main', 'soon.ts'), 'src/new.ts');
    assertLock(paths, join(sandbox.link('deep/er', 'main', 'folder'), 'x'), 'deep/er/x');
    sandbox.link('../outside/new.ts', 'main', 'leak.ts');
    sandbox.link('/not/there', 'main', 'far');
    for (const path of ['leak.ts', 'far', 'far/x']) {
      assertRefused(paths, 'outside-root', { path: join(main, path) });
    }
    sandbox.link('not/there/../../../../x', 'main', 'winding');
    assertRefused(paths, 'invalid-path', {
      path: join(main, 'winding'),
      message: /leads through a broken link/,
    });
  });

  it('a link goes up from where it really is', () => {
    sandbox.folder('main', 'deep', 'er');
    sandbox.link('deep/er', 'main', 'shortcut');
    sandbox.link('../here.ts', 'main', 'deep', 'er', 'up.ts');
    assertLock(paths, join(main, 'shortcut', 'up.ts'), 'deep/here.ts');
    assert.equal(paths.toLockPath('../x', join(main, 'shortcut')), 'deep/x');
  });

  it('a loop of links is refused', () => {
    sandbox.link('two', 'main', 'one');
    sandbox.link('one', 'main', 'two');
    sandbox.link('self/x', 'main', 'self');
    for (const path of ['one', 'two', 'one/x', 'self', 'self/x/y']) {
      assertRefused(paths, 'invalid-path', {
        path: join(main, path),
        message: /a loop of links\. Repair the link/,
      });
    }
  });
});

describe('toLockPathFast', () => {
  let sandbox: PathSandbox;
  beforeEach(() => {
    sandbox = new PathSandbox();
  });
  afterEach(() => sandbox.dispose());

  it('gives the same as the exact way for what lies in folders', () => {
    const main = sandbox.repository('main');
    const linked = sandbox.worktree(main, 'main', '.worktrees', 'x');
    sandbox.file('main', 'src', 'a.ts');
    sandbox.link('src', 'main', 'folder');
    sandbox.link(main, 'alias');
    const paths = pathsOf(main);
    const asked = [
      ...['src/a.ts', 'src/new.ts', 'src', 'new/deep.ts', 'folder/a.ts', 'src/*.ts', '.git/HEAD'],
      ...['.git', '.heddle', '.heddle/x', 'src/a\nb', 'src/'.concat('x'.repeat(300)), '.gitignore'],
    ];
    for (const top of [main, linked, sandbox.path('alias')]) {
      for (const path of [...asked.map((each) => join(top, each)), main, sandbox.root]) {
        const exact = paths.tryToLockPath(path, '/');
        assert.equal(paths.toLockPathFast(path), exact, path);
        assert.equal(paths.toLockPathFast(path), exact, `${path} again`);
      }
    }
    assert.equal(paths.toLockPathFast('src/a.ts'), undefined);
    assert.equal(paths.toLockPathFast(''), undefined);
    assert.equal(paths.toLockPathFast(`${main}/src/../x`), undefined);
    assert.equal(paths.toLockPathFast(`${main}/src/..`), undefined);
    assert.equal(paths.toLockPathFast(`${main}/a\0b/c`), undefined);
  });

  it('takes the last name as it stands in a known folder', () => {
    const main = sandbox.repository('main');
    sandbox.file('main', 'src', 'a.ts');
    const paths = pathsOf(main);
    assert.equal(paths.toLockPathFast(sandbox.link('a.ts', 'main', 'src', 'b.ts')), 'src/b.ts');
    const linked = sandbox.worktree(main, 'main', '.worktrees', 'x');
    assert.equal(paths.toLockPathFast(linked), '.worktrees/x');
    assert.equal(paths.toLockPathFast(join(linked, 'x.ts')), 'x.ts');
  });
});

describe('the rules of a repository', () => {
  let sandbox: PathSandbox;
  beforeEach(() => {
    sandbox = new PathSandbox();
  });
  afterEach(() => sandbox.dispose());

  it('finds once how the file system tells names apart', () => {
    const paths = pathsOf(sandbox.repository('main'));
    const { rules } = paths;
    assert.equal(rules.isWindows, process.platform === 'win32');
    assert.equal(paths.rules, rules);
  });
});
