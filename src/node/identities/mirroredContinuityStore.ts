import { readdir, unlink } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { errorText } from '../../base/errorText.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type {
  ContinuityRecord,
  ContinuityResolveState,
  FencingToken,
  SessionSnapshot,
} from '../../core/identities/continuityRecord.ts';
import {
  ContinuityStoreError,
  type ContinuityStore,
  type SnapshotToSave,
} from '../../core/identities/continuityStore.ts';
import { atomicWrite } from '../atomicWrite.ts';
import { isPlainFolder } from '../harnessSessions/plainFile.ts';
import { readFolderFile } from '../readFolderFile.ts';
import { makePlainFolder, type ContinuityFolder } from './continuityFolder.ts';
import type { FileContinuityStore } from './fileContinuityStore.ts';
import {
  readRecordFile,
  recordFileName,
  snapshotFileName,
  snapshotFilePattern,
  snapshotsFolderName,
} from './recordFile.ts';
import { maxSnapshotBytes } from './snapshotFile.ts';

/** How far a mirror is behind. */
export interface MirrorStatus {
  readonly folder: string;
  /** Identities of which something newer is in the first place only. */
  readonly waiting: number;
  /** For how long the oldest of them has been waiting, in milliseconds; 0 when none waits. */
  readonly lagMs: number;
  readonly lastMirroredAtMs?: number | undefined;
  /** What went wrong the last time, as a sentence; undefined while all is well. */
  readonly problem?: string | undefined;
}

const firstRetryMs = 1000;
const lastRetryMs = 60_000;

/**
 * A store whose identities are copied to a second folder after each write, in the background. A copy has
 * the form of the original, so that a person can put it back.
 */
export class MirroredContinuityStore implements ContinuityStore, Disposable {
  /** Since when an identity has been waiting. */
  private readonly waiting = new Map<AgentIdentity, number>();
  private running: Promise<void> | undefined;
  private retry: Disposable | undefined;
  private retryMs = firstRetryMs;
  private lastMirroredAtMs: number | undefined;
  private problem: string | undefined;
  private isDisposed = false;

  /** @throws ContinuityStoreError when there is no second folder, or it is no second one */
  constructor(
    private readonly store: FileContinuityStore,
    private readonly places: {
      readonly folder: ContinuityFolder;
      readonly mirror: string | undefined;
    },
    private readonly clock: Clock,
  ) {
    assertSecondFolder(places.folder.path, places.mirror);
  }

  status(): MirrorStatus {
    const since = Math.min(...this.waiting.values());
    const nowMs = this.clock.now();
    return {
      folder: this.mirror,
      waiting: this.waiting.size,
      lagMs: this.waiting.size === 0 ? 0 : Math.max(0, nowMs - since),
      lastMirroredAtMs: this.lastMirroredAtMs,
      problem: this.problem,
    };
  }

  /** Copies what another process, or this one before it ended, left uncopied. */
  catchUp(): void {
    for (const identity of this.store.identities()) this.enqueue(identity);
  }

  /** Resolves when nothing waits any more, or the mirror could not be written. */
  async flush(): Promise<void> {
    this.retry?.dispose();
    this.retry = undefined;
    this.start();
    await this.running;
  }

  /** What waits is copied by whoever opens the store next. */
  dispose(): void {
    this.isDisposed = true;
    this.retry?.dispose();
  }

  resolveMany(
    identities: readonly AgentIdentity[],
  ): Promise<ReadonlyMap<AgentIdentity, ContinuityResolveState>> {
    return this.store.resolveMany(identities);
  }

  loadSnapshot(identity: AgentIdentity, sessionId: string): Promise<SessionSnapshot | undefined> {
    return this.store.loadSnapshot(identity, sessionId);
  }

  async saveSnapshot(toSave: SnapshotToSave): Promise<void> {
    await this.store.saveSnapshot(toSave);
    this.enqueue(toSave.identity);
  }

  async upsertRecord(record: ContinuityRecord, token: FencingToken): Promise<ContinuityRecord> {
    const kept = await this.store.upsertRecord(record, token);
    this.enqueue(record.identity);
    return kept;
  }

  async deleteRecord(identity: AgentIdentity, token: FencingToken): Promise<void> {
    await this.store.deleteRecord(identity, token);
    this.enqueue(identity);
  }

  highestToken(): Promise<FencingToken> {
    return this.store.highestToken();
  }

  private get mirror(): string {
    return this.places.mirror ?? '';
  }

  private enqueue(identity: AgentIdentity): void {
    if (!this.waiting.has(identity)) this.waiting.set(identity, this.clock.now());
    if (this.retry === undefined) this.start();
  }

  private start(): void {
    if (this.isDisposed || this.running || this.waiting.size === 0) return;
    this.running = this.copyAll().finally(() => {
      this.running = undefined;
    });
  }

  private async copyAll(): Promise<void> {
    for (let next = this.oldest(); next !== undefined; next = this.oldest()) {
      const [identity, sinceMs] = next;
      // A write that comes while this is copied puts it back.
      this.waiting.delete(identity);
      try {
        const copied = await this.copy(identity);
        // Of several processes that copy, the last one to look copies the newest.
        if (this.recordText(identity) !== copied) this.waiting.set(identity, sinceMs);
        this.lastMirroredAtMs = this.clock.now();
        this.problem = undefined;
        this.retryMs = firstRetryMs;
      } catch (error) {
        this.waiting.set(identity, Math.min(sinceMs, this.waiting.get(identity) ?? sinceMs));
        this.problem = `${this.mirror} is behind: ${errorText(error)}`;
        this.retryLater();
        return;
      }
    }
  }

  private oldest(): readonly [AgentIdentity, number] | undefined {
    return this.isDisposed ? undefined : [...this.waiting].sort(([, a], [, b]) => a - b)[0];
  }

  private retryLater(): void {
    if (this.isDisposed) return;
    this.retry = this.clock.after(this.retryMs, () => {
      this.retry = undefined;
      this.start();
    });
    this.retryMs = Math.min(2 * this.retryMs, lastRetryMs);
  }

  /** The checkpoints first: what the copied record names is there. */
  private async copy(identity: AgentIdentity): Promise<string | undefined> {
    const own = this.places.folder.of(identity);
    const found = readRecordFile(own, identity);
    if (found === undefined) return undefined;
    if ('problem' in found) throw new Error(`${join(own, recordFileName)}: ${found.problem}`);
    const text = this.recordText(identity) ?? '';
    await makePlainFolder(this.mirror);
    const target = join(this.mirror, basename(own));
    await makePlainFolder(target);
    const names = found.value.snapshots.map(snapshotFileName);
    const snapshots = join(target, snapshotsFolderName);
    if (names.length > 0) await makePlainFolder(snapshots);
    const there = new Set(isPlainFolder(snapshots) ? await readdir(snapshots) : []);
    for (const name of names) {
      if (there.has(name) && name !== names.at(-1)) continue;
      await atomicWrite(join(snapshots, name), readText(join(own, snapshotsFolderName), name));
    }
    await atomicWrite(join(target, recordFileName), text);
    for (const name of there) {
      if (!snapshotFilePattern.test(name) || names.includes(name)) continue;
      await unlink(join(snapshots, name)).catch(() => undefined);
    }
    return text;
  }

  private recordText(identity: AgentIdentity): string | undefined {
    const own = this.places.folder.of(identity);
    return readRecordFile(own, identity) && readText(own, recordFileName);
  }
}

/** @throws Error when it is missing, so that it is tried again: a newer one may have replaced it */
function readText(folder: string, name: string): string {
  const file = readFolderFile(folder, name, { maxBytes: 2 * maxSnapshotBytes, what: 'a copy' });
  if (file && 'bytes' in file) return file.bytes.toString('utf8');
  throw new Error(`${join(folder, name)}: ${file?.problem ?? 'It is missing.'}`);
}

function assertSecondFolder(first: string, mirror: string | undefined): void {
  const refuse = (detail: string): ContinuityStoreError =>
    new ContinuityStoreError({ code: 'io', detail });
  if (mirror === undefined || mirror === '') {
    throw refuse(
      'The durability "async_replicated" needs a second folder; name one, best on another disk, or choose "sync_write_through".',
    );
  }
  const path = resolve(mirror);
  if (isInside(first, path) || isInside(path, first)) {
    throw refuse(`${path} is no second place beside ${first}; name a folder somewhere else.`);
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!way.startsWith('..') && resolve(folder, way) === path);
}
