import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';

/** A folder in which real git makes repositories, untouched by the configuration of the machine. */
export class GitSandbox {
  readonly root = makeTempFolder();

  path(...parts: readonly string[]): string {
    return join(this.root, ...parts);
  }

  folder(...parts: readonly string[]): string {
    const path = this.path(...parts);
    mkdirSync(path, { recursive: true });
    return path;
  }

  git(folder: string, ...args: readonly string[]): string {
    return execFileSync('git', ['-c', 'protocol.file.allow=always', ...args], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: this.root,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CEILING_DIRECTORIES: this.root,
        GIT_AUTHOR_NAME: 'A',
        GIT_AUTHOR_EMAIL: 'a@example.org',
        GIT_COMMITTER_NAME: 'A',
        GIT_COMMITTER_EMAIL: 'a@example.org',
      },
    }).trim();
  }

  /** A repository on the branch `main` with one commit. */
  repository(...parts: readonly string[]): string {
    const folder = this.folder(...parts);
    this.git(folder, 'init', '--quiet', '--initial-branch=main');
    this.commit(folder, 'first');
    return folder;
  }

  commit(folder: string, message: string): string {
    this.git(folder, 'commit', '--quiet', '--allow-empty', '-m', message);
    return this.git(folder, 'rev-parse', 'HEAD');
  }

  worktree(repository: string, ...parts: readonly string[]): string {
    const folder = this.path(...parts);
    this.git(repository, 'worktree', 'add', '--quiet', '-b', `b-${parts.join('-')}`, folder);
    return folder;
  }

  dispose(): void {
    removeTempFolder(this.root);
  }
}
