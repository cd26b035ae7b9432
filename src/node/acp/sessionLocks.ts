import { errorCode, errorText } from '../../base/errorText.ts';
import type { Clock } from '../../base/clock.ts';
import type { HookSettings } from '../../core/harness/hookSettings.ts';
import type { OtherSessions } from '../../core/harness/hookPorts.ts';
import { lockForTurn } from '../../core/harness/turnLock.ts';
import type { FileLocks } from '../../core/locks/fileLocks.ts';
import { maxPathsPerRequest } from '../../core/locks/lockConfig.ts';
import { sessionIdOf } from '../../core/locks/lockHolder.ts';
import type { LockPath } from '../../core/locks/lockPath.ts';
import type { LockConflict, LockGrant, LockOutcome } from '../../core/locks/lockRequest.ts';
import type { AgentFiles } from '../harnessSessions/agentFiles.ts';

/** What locks are taken with. */
export interface SessionLocksPorts {
  readonly entryId: string;
  /** The folder in which the agent works. */
  readonly cwd: string;
  readonly locks: FileLocks;
  readonly files: AgentFiles;
  readonly others: OtherSessions;
  readonly settings: HookSettings;
  readonly clock: Pick<Clock, 'now'>;
  /** Makes the entry active again. */
  readonly renewEntry: () => Promise<void>;
  /** Why an edit is refused, for the agent and for people. */
  readonly refusal: (conflicts: readonly LockConflict[]) => Promise<string>;
}

/** What came of taking the files of an edit. */
export type Taking =
  | {
      readonly kind: 'taken';
      readonly grants: readonly LockGrant[];
      /** Those that were not held before. */
      readonly fresh: readonly LockPath[];
      /** True when all files are known and in the repository. */
      readonly isComplete: boolean;
    }
  | { readonly kind: 'refused'; readonly reason: string }
  /** Somebody else holds one of them, of which nothing is told. */
  | { readonly kind: 'held' }
  /** The process of the agent is gone, so that it can hold nothing. */
  | { readonly kind: 'gone' }
  /** Nobody could look whether somebody else holds them. */
  | { readonly kind: 'unknown'; readonly problem: string; readonly paths: readonly LockPath[] };

/** How the files of an edit are taken. */
export interface TakeOptions {
  /** True when whole folders are meant as well. */
  readonly areFolders?: boolean;
  /** When they are not free, nobody is told that the agent wanted them. */
  readonly onlyIfFree?: boolean;
}

/** The locks that an agent holds for its turn, taken for it before it edits. */
export class SessionLocks {
  /** By path; a token rises with each grant. */
  private readonly tokens = new Map<LockPath, number>();
  private readonly ref;

  constructor(private readonly ports: SessionLocksPorts) {
    this.ref = { kind: 'session', sessionId: ports.entryId } as const;
  }

  /** The lock paths of files, each once; files outside the repository have none, nor has an edited folder. */
  lockPaths(named: readonly string[], { areFolders = false } = {}): readonly LockPath[] {
    const { files, cwd } = this.ports;
    const looked = named.flatMap((path) => files.look(path, cwd) ?? []);
    const byKey = new Map(
      looked.filter(({ isFolder }) => areFolders || !isFolder).map(({ key, path }) => [key, path]),
    );
    return [...byKey.values()];
  }

  /** Takes the files of an edit for the rest of the turn, all or none. Never throws. */
  async take(named: readonly string[], options: TakeOptions = {}): Promise<Taking> {
    const paths = this.lockPaths(named, options);
    const isComplete = named.length > 0 && this.areInside(named);
    if (paths.length === 0) return { kind: 'taken', grants: [], fresh: [], isComplete };
    try {
      if (options.onlyIfFree === true && !(await this.areFree(paths))) return { kind: 'held' };
      const outcome = await this.lock(paths);
      if (outcome.kind === 'held') {
        return { kind: 'refused', reason: await this.ports.refusal(outcome.conflicts) };
      }
      const { grants } = outcome;
      const fresh = paths.filter((path) => !this.tokens.has(path));
      for (const { path, lock } of grants) this.tokens.set(path, lock.token);
      return { kind: 'taken', grants, fresh, isComplete };
    } catch (error) {
      if (errorCode(error) === 'not-active') return { kind: 'gone' };
      return { kind: 'unknown', problem: errorText(error), paths };
    }
  }

  /** True when what was granted under this token still stands. @throws RegistryError of the store */
  async stands({ path, lock }: LockGrant): Promise<boolean> {
    return (await this.ports.locks.check(this.ref, path, lock.token)).kind === 'stands';
  }

  /** Gives back what turned out not to be needed. */
  async giveBack(paths: readonly LockPath[]): Promise<void> {
    if (paths.length === 0) return;
    for (const path of paths) this.tokens.delete(path);
    await this.ports.locks.release(this.ref, paths);
  }

  /** Tells those who hold a file that it was changed all the same. */
  async tellHolders(path: LockPath): Promise<void> {
    const standing = await this.ports.locks.holdersOf(path);
    const isOwn = standing.some(({ holder }) => sessionIdOf(holder) === this.ports.entryId);
    if (isOwn || standing.length === 0) return;
    await this.ports.locks.noteSavedOver(this.ref, path, { cause: 'unguarded' });
  }

  /** Gives back all that was taken for the turn. */
  async closeTurn(edits: number): Promise<void> {
    this.tokens.clear();
    await this.ports.locks.closeTurn(this.ref, { edits });
  }

  private async areFree(paths: readonly LockPath[]): Promise<boolean> {
    for (let i = 0; i < paths.length; i += maxPathsPerRequest) {
      const wish = { paths: paths.slice(i, i + maxPathsPerRequest) };
      if (!(await this.ports.locks.isFree(this.ref, wish))) return false;
    }
    return true;
  }

  private areInside(named: readonly string[]): boolean {
    const { files, cwd } = this.ports;
    return named.every((path) => files.look(path, cwd) !== undefined);
  }

  /** Somebody may have ended the entry of an agent that goes on. */
  private async lock(paths: readonly LockPath[]): Promise<LockOutcome> {
    try {
      return await lockForTurn(this.ports.entryId, { paths }, this.ports);
    } catch (error) {
      if (errorCode(error) !== 'not-active') throw error;
      await this.ports.renewEntry();
      return lockForTurn(this.ports.entryId, { paths }, this.ports);
    }
  }
}
