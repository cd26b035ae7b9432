import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../base/errorText.ts';
import { parseAgentIdentity, type AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type {
  ContinuityFailureKind,
  ContinuityRecord,
  ContinuityResolveState,
  FencingToken,
  SessionSnapshot,
} from '../../core/identities/continuityRecord.ts';
import { ContinuityStoreError } from '../../core/identities/continuityStore.ts';
import { isPlainFolder } from '../harnessSessions/plainFile.ts';
import { toIdentity } from '../readFolderFile.ts';
import { forEachYielding } from '../yieldingLoop.ts';
import type { ContinuityFolder } from './continuityFolder.ts';
import { readLeaseFile } from './leaseFile.ts';
import {
  readRecordFile,
  recordFileName,
  snapshotFilePattern,
  snapshotsFolderName,
  type KeptSnapshot,
  type RecordFile,
} from './recordFile.ts';
import { readSnapshotFile, snapshotPath } from './snapshotFile.ts';

const loadAttempts = 3;

/** Reads what lasts of identities, without a lock. All methods may throw system errors that say nothing of a file. */
export class ContinuityReader {
  constructor(private readonly folder: ContinuityFolder) {}

  /** Everybody of whom something is kept, in the order of their names. A file is nobody. */
  identities(): readonly AgentIdentity[] {
    return namesIn(this.folder.path)
      .filter((name) => !name.startsWith('.') && !isFile(join(this.folder.path, name)))
      .flatMap((name) => {
        try {
          return [parseAgentIdentity(name)];
        } catch {
          // Whatever somebody put there is nobody's life.
          return [];
        }
      })
      .sort();
  }

  /** The last checkpoint of a session. @throws ContinuityStoreError `corruption` */
  load(identity: AgentIdentity, sessionId: string): SessionSnapshot | undefined {
    const own = this.folder.of(identity);
    for (let attempt = 1; ; attempt += 1) {
      const kept = this.read(identity)?.snapshots.findLast((one) => one.sessionId === sessionId);
      if (kept === undefined) return undefined;
      const file = readSnapshotFile(own, kept);
      if (file && 'value' in file) return { data: file.value };
      // A newer checkpoint may have replaced it between the two looks.
      if (attempt < loadAttempts) continue;
      throw corruption(snapshotPath(own, kept), file?.problem ?? 'It is missing.');
    }
  }

  /** What is known of an identity, whatever its files hold. @throws system errors that say nothing of a file */
  resolve(identity: AgentIdentity): ContinuityResolveState {
    const broken = (
      kind: ContinuityFailureKind,
      detail: string,
      record?: ContinuityRecord,
    ): ContinuityResolveState => ({
      state: 'broken',
      failure: { identity, kind, detail, ...(record && { record }) },
    });
    const path = join(this.folder.of(identity), recordFileName);
    const found = this.readAny(identity);
    if (found === undefined) {
      if (!this.hasSnapshots(identity)) return { state: 'uninitialized' };
      const problem = 'It is missing, its checkpoints are not.';
      return broken('store_unavailable', unreadable(path, problem, withoutRecord));
    }
    if ('problem' in found) {
      return broken('store_unavailable', unreadable(path, found.problem, withoutRecord));
    }
    const { record, snapshots } = found.value;
    if (record === undefined) return { state: 'uninitialized' };
    const kept = snapshots.findLast(({ sessionId }) => sessionId === record.sessionId);
    const problem = kept && this.snapshotProblem(identity, kept);
    return problem ? broken(problem.kind, problem.detail, record) : { state: 'ready', record };
  }

  /** Whether there are checkpoints, named by a record or not. */
  hasSnapshots(identity: AgentIdentity): boolean {
    const own = join(this.folder.of(identity), snapshotsFolderName);
    return isPlainFolder(own) && namesIn(own).some((name) => snapshotFilePattern.test(name));
  }

  /** The highest token in any file. @throws Error when the floors cannot be believed */
  async highestToken(): Promise<FencingToken> {
    let highest = 0;
    for (const { minted } of this.folder.floors.read().values()) {
      highest = Math.max(highest, minted);
    }
    await forEachYielding(this.identities(), (identity) => {
      const file = this.readAny(identity);
      if (file && 'value' in file) highest = Math.max(highest, file.value.fence);
      const lease = readLeaseFile(this.folder.of(identity), identity);
      if (lease && 'value' in lease) highest = Math.max(highest, lease.value.token);
    });
    return highest;
  }

  /** Undefined when nothing is known. @throws ContinuityStoreError `corruption` */
  read(identity: AgentIdentity): RecordFile | undefined {
    const found = this.readAny(identity);
    if (found === undefined || 'value' in found) return found?.value;
    const path = join(this.folder.of(identity), recordFileName);
    const detail = unreadable(path, found.problem, withoutRecord);
    throw new ContinuityStoreError({ code: 'corruption', detail });
  }

  /** The same with the problem as a value. */
  readAny(identity: AgentIdentity): ReturnType<typeof readRecordFile> {
    const own = this.folder.of(identity);
    const stats = lstatSync(own, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    if (stats.isDirectory()) return readRecordFile(own, identity);
    return {
      identity: toIdentity(stats),
      problem: `${own} is not a folder of its own; move it away.`,
    };
  }

  /** Whether it is there; what is in it shows when it is loaded. */
  private snapshotProblem(
    identity: AgentIdentity,
    kept: KeptSnapshot,
  ): { readonly kind: ContinuityFailureKind; readonly detail: string } | undefined {
    const own = this.folder.of(identity);
    const folder = join(own, snapshotsFolderName);
    const path = snapshotPath(own, kept);
    const isThere = lstatSync(folder, { throwIfNoEntry: false }) !== undefined;
    if (isThere && !isPlainFolder(folder)) {
      const detail = unreadable(folder, 'It is not a folder of its own; move it away.');
      return { kind: 'snapshot_missing', detail };
    }
    if (isThere && lstatSync(path, { throwIfNoEntry: false })?.isFile() === true) return undefined;
    return { kind: 'snapshot_missing', detail: unreadable(path, 'It is missing.') };
  }
}

function unreadable(path: string, problem: string, advice = withRecord): string {
  return `${path} cannot be used: ${problem} ${advice}`;
}

const withRecord = 'Restore it, or reset or delete the identity.';
/** Nobody can say which life to begin after. */
const withoutRecord = 'Restore it, or delete the identity.';

function corruption(path: string, problem: string): ContinuityStoreError {
  return new ContinuityStoreError({ code: 'corruption', detail: unreadable(path, problem) });
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return [];
    throw error;
  }
}
