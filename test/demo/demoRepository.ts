import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { abandonedBranch, worktreeBranch } from './demoCast.ts';
import { demoFiles } from './demoFiles.ts';

const execute = promisify(execFile);

/** Who looks at the demo; the extension calls a person by git's `user.name`. */
const visitor = { name: 'You', email: 'you@shop.example' };

export interface DemoRepository {
  /** The main checkout, on `main`. */
  readonly folder: string;
  /** A linked worktree on a branch of its own. */
  readonly worktree: string;
}

/**
 * Makes a small git repository with two branches and a linked worktree in `parent`. Reads and
 * changes no configuration but its own.
 */
export async function makeDemoRepository(parent: string): Promise<DemoRepository> {
  const folder = join(parent, 'shop');
  const worktree = join(parent, 'shop-cart-rounding');
  await mkdir(folder);
  await git(folder, 'init', '--quiet');
  // Older versions of git cannot name the branch in `init`.
  await git(folder, 'symbolic-ref', 'HEAD', 'refs/heads/main');
  await git(folder, 'config', 'user.name', visitor.name);
  await git(folder, 'config', 'user.email', visitor.email);
  await git(folder, 'config', 'commit.gpgsign', 'false');
  for (const commit of demoFiles) {
    for (const [path, text] of Object.entries(commit.files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    await git(folder, 'add', '--all');
    await git(folder, 'commit', '--quiet', '--message', commit.message);
  }
  await git(folder, 'branch', 'feature/checkout');
  await git(folder, 'branch', abandonedBranch);
  await git(folder, 'worktree', 'add', '--quiet', '-b', worktreeBranch, worktree);
  return { folder, worktree };
}

async function git(folder: string, ...args: readonly string[]): Promise<void> {
  await execute('git', [...args], { cwd: folder, env: ownEnv() });
}

/** Without the configuration of the person, and without a repository that this process may be in. */
function ownEnv(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return {
    ...Object.fromEntries(inherited),
    GIT_CONFIG_GLOBAL: devNull,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
  };
}
