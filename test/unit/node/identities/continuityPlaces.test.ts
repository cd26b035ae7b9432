import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findHeddleRoot, heddleRootAt } from '../../../../src/node/heddleRoot.ts';
import { continuityPlaces } from '../../../../src/node/identities/continuityPlaces.ts';
import {
  openContinuity,
  type OpenContinuity,
} from '../../../../src/node/identities/openContinuity.ts';
import { GitSandbox } from '../gitSandbox.ts';
import { granted, recordOf, refused, reviewer, save } from './continuityWorld.ts';

describe('The places of what lasts of identities', () => {
  let git: GitSandbox;
  beforeEach(() => {
    git = new GitSandbox();
  });
  afterEach(() => git.dispose());

  const placesOf = (start: string): ReturnType<typeof continuityPlaces> =>
    continuityPlaces(findHeddleRoot(start), git.path('home'));
  const open = (start: string): OpenContinuity =>
    openContinuity(findHeddleRoot(start), { home: git.path('home') });

  it('worktrees share the floors of their repository, in its git directory', () => {
    const repository = git.repository('main');
    const worktree = git.worktree(repository, 'other');
    const places = placesOf(repository);
    assert.equal(places.folder, join(repository, '.heddle', 'continuity'));
    assert.equal(places.outside.floors, join(repository, '.git', 'heddle-agents', 'fences.json'));
    assert.deepEqual(placesOf(worktree), places);
    const own = continuityPlaces(heddleRootAt(worktree), git.path('home'));
    assert.deepEqual(own.outside, places.outside);
  });

  it('without git they are in the home folder, under a name of the root', () => {
    const [one, two] = [git.folder('one'), git.folder('two')];
    const { floors } = placesOf(one).outside;
    assert.match(
      floors.slice(git.root.length),
      /^\/home\/\.heddle-agents\/fences\/[0-9a-f]{32}\.json$/,
    );
    assert.notEqual(placesOf(two).outside.floors, floors);
    assert.equal(placesOf(one).outside.floors, floors);
  });

  it('a file that points to what is no repository is not followed', () => {
    const [folder, target] = [git.folder('unpacked'), git.folder('target')];
    writeFileSync(join(folder, '.git'), `gitdir: ${target}\n`);
    assert.ok(placesOf(folder).outside.floors.startsWith(git.path('home')));
    mkdirSync(join(folder, 'sub', '.git'), { recursive: true });
    assert.ok(placesOf(join(folder, 'sub')).outside.floors.startsWith(git.path('home')));
  });

  it('no token falls when the checkout is cleaned in mid-life', async () => {
    const repository = git.repository('main');
    const worktree = git.worktree(repository, 'other');
    const first = open(repository);
    const tokens: number[] = [];
    for (let life = 0; life < 3; life += 1) {
      const { token } = granted(await first.leases.acquire([reviewer], 'window-a'));
      tokens.push(token);
      await first.store.upsertRecord(recordOf(reviewer), token);
      await first.store.saveSnapshot(save({ token }));
      git.git(repository, 'clean', '-fdxq');
      assert.ok(!existsSync(join(repository, '.heddle')));

      const late = first.store.saveSnapshot(save({ token, version: 2 }));
      await refused(late, 'not-found');
      const other = open(worktree);
      const next = granted(await other.leases.acquire([reviewer], 'window-b'));
      tokens.push(next.token);
      await refused(first.store.upsertRecord(recordOf(reviewer), token), 'stale-fencing-token');
      await other.store.upsertRecord(recordOf(reviewer), next.token);
      await other.store.deleteRecord(reviewer, next.token);
      await other.leases.release([next]);
      rmSync(join(repository, '.heddle'), { recursive: true });
    }
    assert.deepEqual(tokens, [1, 2, 3, 4, 5, 6]);
    assert.equal(git.git(repository, 'status', '--porcelain'), '');
  });
});
