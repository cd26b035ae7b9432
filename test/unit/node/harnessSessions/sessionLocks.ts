import type { OpenFileLocks } from '../../../../src/node/openFileLocks.ts';
import { openFileLocks } from '../../../../src/node/openFileLocks.ts';
import { openRegistry } from '../../../../src/node/openRegistry.ts';
import type { HeddleRoot } from '../../../../src/node/heddleRoot.ts';
import { openRepositoryPaths, type RepositoryPaths } from '../../../../src/node/repositoryPath.ts';
import { buildEntry } from '../../../support/entryBuilder.ts';

/** The locks of a repository on disk, and sessions that take them. */
export class SessionLocks {
  private readonly opened: OpenFileLocks;
  private readonly registry;
  readonly paths: RepositoryPaths;

  constructor(location: HeddleRoot) {
    this.registry = openRegistry(location);
    this.opened = openFileLocks(this.registry);
    this.paths = openRepositoryPaths(location);
  }

  get locks(): OpenFileLocks['locks'] {
    return this.opened.locks;
  }

  /** A session with these locks, as a hook takes them. */
  async hold(sessionId: string, paths: readonly string[], wish: LockWish = {}): Promise<void> {
    await this.registry.registry.save(buildEntry(sessionId));
    const ref = { kind: 'session', sessionId } as const;
    await this.locks.lock(ref, { paths, isTurnBound: true, ...wish });
  }
}

type LockWish = Partial<Parameters<OpenFileLocks['locks']['lock']>[1]>;
