import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { FencingToken } from '../../core/identities/continuityRecord.ts';
import { atomicWrite } from '../atomicWrite.ts';
import type { FileIdentity } from '../readFolderFile.ts';
import {
  makePlainFolder,
  type ContinuityFolder,
  type ContinuityTransaction,
} from './continuityFolder.ts';
import { maxTtlMs, type LeaseFile } from './leaseFile.ts';
import {
  ownerFileName,
  ownerFilePattern,
  ownersFolderName,
  readRenewals,
  renewalsText,
  type Renewal,
  type Renewals,
} from './ownerFile.ts';
import { fileSteps } from './writeSteps.ts';

/** A lease that was valid when its file was as it is described here. */
export interface KnownLease {
  readonly file: FileIdentity;
  readonly token: FencingToken;
  readonly instance: string;
}

/** Far beyond the longest time of a lease. */
const maxOwnerAgeMs = 24 * 60 * 60_000;

/** The files in which instances say that they renewed. Only under the lock. */
export class OwnerRenewals {
  private hasSwept = false;

  constructor(private readonly folder: ContinuityFolder) {}

  /** Renews leases that are valid, with one write for each instance. @throws system errors, Error */
  async write(
    transaction: ContinuityTransaction,
    how: { readonly leases: ReadonlyMap<AgentIdentity, KnownLease>; readonly nowMs: number },
  ): Promise<void> {
    const byInstance = new Map<string, Map<AgentIdentity, Renewal>>();
    for (const [identity, { token, instance }] of how.leases) {
      const renewals = byInstance.get(instance) ?? new Map<AgentIdentity, Renewal>();
      byInstance.set(instance, renewals.set(identity, { token, atMs: how.nowMs }));
    }
    for (const [instance, renewals] of byInstance) {
      const before = [...readRenewals(this.folder.path, instance)];
      // What nobody renewed for so long is over, whatever became of it.
      const others = before.filter(([, { atMs }]) => Math.abs(how.nowMs - atMs) <= maxTtlMs);
      await this.replace(transaction, instance, new Map([...others, ...renewals]));
    }
  }

  /** Forgets leases that were released. */
  async remove(transaction: ContinuityTransaction, leases: readonly LeaseFile[]): Promise<void> {
    for (const instance of new Set(leases.map((lease) => lease.instance))) {
      const before = readRenewals(this.folder.path, instance);
      const released = new Set(leases.map(({ identity }) => identity));
      const left = new Map([...before].filter(([identity]) => !released.has(identity)));
      if (left.size > 0) await this.replace(transaction, instance, left);
      else if (before.size > 0) {
        transaction.assertStillHeld();
        await unlink(this.path(instance)).catch(() => undefined);
        this.folder.observe?.('owner:removed');
      }
    }
  }

  /** It says only that a process lives, which after a power cut none does: nothing is flushed. */
  private async replace(
    transaction: ContinuityTransaction,
    instance: string,
    renewals: Renewals,
  ): Promise<void> {
    const owners = join(this.folder.path, ownersFolderName);
    await makePlainFolder(owners);
    if (!this.hasSwept) await this.sweep(owners);
    await atomicWrite(this.path(instance), renewalsText(instance, renewals), {
      beforeRename: transaction.assertStillHeld,
      isDurable: false,
      observe: fileSteps(this.folder.observe, 'owner'),
    });
  }

  /** The files of instances that ended long ago; without one a lease counts from when it was acquired. */
  private async sweep(owners: string): Promise<void> {
    this.hasSwept = true;
    const oldestMs = Date.now() - maxOwnerAgeMs;
    for (const name of await readdir(owners)) {
      const path = join(owners, name);
      const isOld = ((await stat(path).catch(() => undefined))?.mtimeMs ?? oldestMs) < oldestMs;
      if (isOld && ownerFilePattern.test(name)) await unlink(path).catch(() => undefined);
    }
  }

  private path(instance: string): string {
    return join(this.folder.path, ownersFolderName, ownerFileName(instance));
  }
}
