import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentsFolder, findHeddleRoot, heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { GitSandbox } from './gitSandbox.ts';

describe('findHeddleRoot with real git', () => {
  let sandbox: GitSandbox;
  beforeEach(() => {
    sandbox = new GitSandbox();
  });
  afterEach(() => sandbox.dispose());

  function assertRoot(start: string, root: string, { isPresent = false } = {}): void {
    assert.deepEqual(findHeddleRoot(start), {
      root,
      heddleFolder: join(root, '.heddle'),
      isPresent,
    });
  }

  it('an ordinary repository is its own root, from any folder in it', () => {
    const main = sandbox.repository('main');
    const deep = sandbox.folder('main', 'src', 'deep');
    assertRoot(main, main);
    assertRoot(deep, main);
    assertRoot(join(deep, 'not', 'there'), main);
    sandbox.folder('main', '.heddle');
    assertRoot(deep, main, { isPresent: true });
  });

  it('the nearest .heddle upwards counts, inside a repository and above it', () => {
    sandbox.repository('outer', 'main');
    const deep = sandbox.folder('outer', 'main', 'src', 'deep');
    sandbox.folder('outer', '.heddle');
    assertRoot(deep, sandbox.path('outer'), { isPresent: true });
    sandbox.folder('outer', 'main', 'src', '.heddle');
    assertRoot(deep, sandbox.path('outer', 'main', 'src'), { isPresent: true });
  });

  it('a linked worktree has the root of the main checkout, .heddle of its own or not', () => {
    const main = sandbox.repository('main');
    const linked = sandbox.worktree(main, 'linked');
    assertRoot(linked, main);
    sandbox.folder('linked', '.heddle');
    assertRoot(linked, main);
    sandbox.folder('main', '.heddle');
    assertRoot(linked, main, { isPresent: true });
    assertRoot(sandbox.folder('linked', 'src', 'deep'), main, { isPresent: true });
  });

  it('a linked worktree inside the main checkout does too', () => {
    const main = sandbox.repository('main');
    const linked = sandbox.worktree(main, 'main', '.worktrees', 'one');
    sandbox.folder('main', '.worktrees', 'one', '.heddle');
    assertRoot(linked, main);
  });

  it('a linked worktree looks further up where the main checkout would', () => {
    const main = sandbox.repository('outer', 'main');
    const linked = sandbox.worktree(main, 'linked');
    sandbox.folder('outer', '.heddle');
    assertRoot(main, sandbox.path('outer'), { isPresent: true });
    assertRoot(linked, sandbox.path('outer'), { isPresent: true });
  });

  it('the worktrees of a bare repository share the folder beside the git directory', () => {
    const origin = sandbox.repository('origin');
    const project = sandbox.folder('project');
    sandbox.git(project, 'clone', '--quiet', '--bare', origin, '.bare');
    const one = sandbox.worktree(sandbox.path('project', '.bare'), 'project', 'one');
    const two = sandbox.worktree(sandbox.path('project', '.bare'), 'project', 'two');
    sandbox.folder('project', 'two', '.heddle');
    assertRoot(one, project);
    assertRoot(two, project);
  });

  it('a submodule is a root of its own, and so for its worktrees', () => {
    const library = sandbox.repository('library');
    const main = sandbox.repository('main');
    sandbox.git(main, 'submodule', '--quiet', 'add', library, 'vendor/library');
    const submodule = sandbox.path('main', 'vendor', 'library');
    const linked = sandbox.worktree(submodule, 'linked');
    assertRoot(submodule, submodule);
    assertRoot(linked, submodule);
    sandbox.folder('main', 'vendor', 'library', '.heddle');
    assertRoot(linked, submodule, { isPresent: true });
  });

  it('a submodule belongs to the .heddle above it while it has none', () => {
    const library = sandbox.repository('library');
    const main = sandbox.repository('main');
    sandbox.git(main, 'submodule', '--quiet', 'add', library, 'vendor/library');
    sandbox.folder('main', '.heddle');
    assertRoot(sandbox.path('main', 'vendor', 'library'), main, { isPresent: true });
    const linked = sandbox.worktree(sandbox.path('main', 'vendor', 'library'), 'linked');
    assertRoot(linked, main, { isPresent: true });
  });

  it('a repository with a separate git directory is its own root', () => {
    const main = sandbox.folder('main');
    const gitDir = sandbox.path('elsewhere.git');
    sandbox.git(main, 'init', '--quiet', `--separate-git-dir=${gitDir}`);
    assertRoot(sandbox.folder('main', 'src'), main);
  });

  it('without git the folder is its own root, or the nearest one with .heddle', () => {
    const deep = sandbox.folder('plain', 'src');
    assertRoot(deep, deep);
    sandbox.folder('plain', '.heddle');
    assertRoot(deep, sandbox.path('plain'), { isPresent: true });
  });

  it('a .git that says nothing sensible counts as an ordinary checkout', () => {
    for (const text of ['', 'gitdir: ', 'gitdir: /not/there\n', '\u0000'.repeat(100)]) {
      const main = sandbox.folder('main');
      writeFileSync(join(main, '.git'), text);
      assertRoot(sandbox.folder('main', 'src'), main);
    }
  });

  it('a .heddle that is a file is no folder of state', () => {
    const main = sandbox.repository('main');
    writeFileSync(join(main, '.heddle'), 'x');
    assertRoot(main, main);
  });

  it('heddleRootAt takes the folder as it is, also in a linked worktree', () => {
    const main = sandbox.repository('main');
    const linked = sandbox.worktree(main, 'linked');
    sandbox.folder('main', '.heddle');
    const location = heddleRootAt(linked);
    assert.equal(location.root, linked);
    assert.equal(agentsFolder(location), join(linked, '.heddle', 'agents'));
  });

  it('a checkout of Heddle points to the .heddle it shares', () => {
    const main = sandbox.folder('main', '.heddle');
    const own = sandbox.folder('checkout', '.heddle');
    writeFileSync(join(own, 'objectstore'), '../../main/.heddle\n');
    assert.deepEqual(findHeddleRoot(sandbox.folder('checkout', 'src')), {
      root: sandbox.path('checkout'),
      heddleFolder: main,
      isPresent: true,
    });
  });

  it('a pointer to anything but an existing .heddle is not followed', () => {
    const own = sandbox.folder('checkout', '.heddle');
    sandbox.folder('secrets');
    writeFileSync(sandbox.path('file'), '');
    mkdirSync(sandbox.path('linkhome'));
    symlinkSync(sandbox.path('file'), sandbox.path('linkhome', '.heddle'));
    for (const text of [
      '',
      '../../secrets',
      '../../not/.heddle',
      '../../linkhome/.heddle',
      'a\nb',
    ]) {
      writeFileSync(join(own, 'objectstore'), text);
      assert.equal(heddleRootAt(sandbox.path('checkout')).heddleFolder, own, text);
    }
  });
});
