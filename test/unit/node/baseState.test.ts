import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { currentBaseState, currentGitBranch } from '../../../src/node/baseState.ts';
import { GitSandbox } from './gitSandbox.ts';

describe('currentBaseState with real git', () => {
  let sandbox: GitSandbox;
  let main: string;
  let heddle: string;
  beforeEach(() => {
    sandbox = new GitSandbox();
    main = sandbox.repository('main');
    heddle = sandbox.folder('main', '.heddle');
  });
  afterEach(() => sandbox.dispose());

  function stateOf(worktree = main): string {
    return currentBaseState(heddle, worktree);
  }

  it('is the commit of a loose ref, as git says it, from any folder', () => {
    const head = sandbox.commit(main, 'second');
    assert.equal(stateOf(), `git:${head}`);
    assert.equal(stateOf(sandbox.folder('main', 'src', 'deep')), `git:${head}`);
    assert.equal(currentGitBranch(main), 'main');
  });

  it('is the commit of a packed ref, and of a loose one over a packed one', () => {
    sandbox.git(main, 'tag', '-a', '-m', 'a tag whose peeled line is no ref', 'v1');
    sandbox.git(main, 'pack-refs', '--all');
    assert.match(readFileSync(join(main, '.git', 'packed-refs'), 'utf8'), /refs\/heads\/main/);
    assert.equal(stateOf(), `git:${sandbox.git(main, 'rev-parse', 'HEAD')}`);
    const head = sandbox.commit(main, 'second');
    assert.equal(stateOf(), `git:${head}`);
  });

  it('is the commit of a branch whose name ends like another', () => {
    const first = sandbox.git(main, 'rev-parse', 'HEAD');
    sandbox.git(main, 'branch', 'refs/heads/main');
    sandbox.git(main, 'branch', 'x/main');
    sandbox.commit(main, 'second');
    sandbox.git(main, 'pack-refs', '--all');
    assert.notEqual(stateOf(), `git:${first}`);
    sandbox.git(main, 'checkout', '--quiet', 'x/main');
    assert.equal(stateOf(), `git:${first}`);
    assert.equal(currentGitBranch(main), 'x/main');
  });

  it('is the commit itself of a detached head', () => {
    const first = sandbox.git(main, 'rev-parse', 'HEAD');
    sandbox.commit(main, 'second');
    sandbox.git(main, 'checkout', '--quiet', '--detach', first);
    assert.equal(stateOf(), `git:${first}`);
    assert.equal(currentGitBranch(main), undefined);
  });

  it('is the head of the linked worktree, not of the main checkout', () => {
    const linked = sandbox.worktree(main, 'linked');
    const head = sandbox.commit(linked, 'second');
    assert.equal(stateOf(linked), `git:${head}`);
    assert.notEqual(stateOf(), `git:${head}`);
    sandbox.git(main, 'pack-refs', '--all');
    assert.equal(stateOf(linked), `git:${head}`);
    assert.equal(currentGitBranch(linked), 'b-linked');
  });

  it('is the head of a submodule, and of a separate git directory', () => {
    const library = sandbox.repository('library');
    sandbox.git(main, 'submodule', '--quiet', 'add', library, 'vendor/library');
    const submodule = sandbox.path('main', 'vendor', 'library');
    assert.equal(stateOf(submodule), `git:${sandbox.git(submodule, 'rev-parse', 'HEAD')}`);
    const other = sandbox.folder('other');
    sandbox.git(other, 'init', '--quiet', `--separate-git-dir=${sandbox.path('elsewhere.git')}`);
    const head = sandbox.commit(other, 'first');
    assert.equal(stateOf(other), `git:${head}`);
  });

  it('is a commit of SHA-256 too', () => {
    const other = sandbox.folder('other');
    sandbox.git(other, 'init', '--quiet', '--object-format=sha256');
    const head = sandbox.commit(other, 'first');
    assert.equal(head.length, 64);
    assert.equal(stateOf(other), `git:${head}`);
  });

  it('is unknown on an unborn branch and without git', () => {
    const other = sandbox.folder('other');
    sandbox.git(other, 'init', '--quiet', '--initial-branch=trunk');
    assert.equal(stateOf(other), 'unknown');
    assert.equal(currentGitBranch(other), 'trunk');
    assert.equal(stateOf(sandbox.folder('plain')), 'unknown');
    assert.equal(currentGitBranch(sandbox.folder('plain')), undefined);
  });

  it('is the head of Heddle where there is one, by its ref or by itself', () => {
    writeFileSync(join(heddle, 'HEAD'), 'hd-7f3c2a91\n');
    assert.equal(stateOf(), 'hd-7f3c2a91');
    const ref = join(heddle, 'refs', 'threads', 'main');
    sandbox.folder('main', '.heddle', 'refs', 'threads');
    writeFileSync(ref, 'hd-00ff\n');
    writeFileSync(join(heddle, 'HEAD'), 'ref: refs/threads/main\n');
    assert.equal(stateOf(), 'hd-00ff');
    rmSync(ref);
    assert.match(stateOf(), /^git:/);
  });

  it('never follows a head that leads out of its folder or says no state', () => {
    writeFileSync(join(dirname(heddle), 'secret'), 'hd-secret\n');
    const heads = [
      'ref: refs/../../secret',
      'ref: ../secret',
      'ref: /etc/hostname',
      'a b',
      '',
      '<b>',
    ];
    for (const head of heads) {
      writeFileSync(join(heddle, 'HEAD'), `${head}\n`);
      assert.match(stateOf(), /^git:/, head);
    }
    for (const head of ['ref: refs/../../../secret', 'ref: secret', 'zzzz', '']) {
      writeFileSync(join(main, '.git', 'HEAD'), `${head}\n`);
      assert.equal(stateOf(), 'unknown', head);
    }
  });
});
