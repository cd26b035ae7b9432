import { lstatSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { errorCode } from '../../base/errorText.ts';
import type { ProcessProbe } from '../../core/agents/liveness.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { FencingToken } from '../../core/identities/continuityRecord.ts';
import {
  LeaseError,
  type LeaseAcquireResult,
  type LeaseGrant,
  type LeaseProvider,
  type LeaseRenewResult,
} from '../../core/identities/leaseProvider.ts';
import type { HolderProcess } from '../../core/locks/lockHolder.ts';
import { atomicWrite } from '../atomicWrite.ts';
import { isSameIdentity, toIdentity, type FileIdentity } from '../readFolderFile.ts';
import { recordProcess } from '../recordedProcess.ts';
import type { ContinuityFolder, ContinuityTransaction } from './continuityFolder.ts';
import { goneHolders } from './goneHolders.ts';
import type { JsonFile } from './jsonFile.ts';
import {
  leaseFileName,
  leaseFileText,
  maxTtlMs,
  readLeaseFile,
  type LeaseFile,
} from './leaseFile.ts';
import { acquireLeases, unknownInstance, type LeaseClaim } from './acquireLeases.ts';
import { OwnerRenewals, type KnownLease } from './ownerRenewals.ts';
import { seenLeases, type SeenLease } from './seenLeases.ts';
import { noFloor } from './tokenFloors.ts';
import { writeProblem } from './writeProblem.ts';
import { fileSteps } from './writeSteps.ts';

export const defaultLeaseTtlMs = 30_000;

export interface FileLeasePorts {
  readonly folder: ContinuityFolder;
  readonly probe: ProcessProbe;
  readonly clock: Pick<Clock, 'now'>;
}

export interface FileLeaseOptions {
  /** 30 s unless told; at most `maxTtlMs`. */
  readonly ttlMs?: number | undefined;
  /** Who others are told holds what is acquired here. */
  readonly label?: string | undefined;
}

/**
 * Leases in files. Only lease.json and the floors say who owns an identity; that it is renewed is in one
 * file for each instance, so that renewing a thousand takes one write. Everything is decided under the
 * lock of the folder.
 */
export class FileLeaseProvider implements LeaseProvider {
  private readonly ttlMs: number;
  private readonly renewals: OwnerRenewals;
  private self: HolderProcess | undefined;
  /** Leases as this provider last saw them valid, so that an unchanged file is not read again. */
  private readonly known = new Map<AgentIdentity, KnownLease>();

  constructor(
    private readonly ports: FileLeasePorts,
    private readonly options: FileLeaseOptions = {},
  ) {
    this.ttlMs = Math.min(options.ttlMs ?? defaultLeaseTtlMs, maxTtlMs);
    this.renewals = new OwnerRenewals(ports.folder);
  }

  async acquire(
    identities: readonly AgentIdentity[],
    instance: string,
  ): Promise<ReadonlyMap<AgentIdentity, LeaseAcquireResult>> {
    const wanted = [...new Set(identities)];
    if (wanted.length === 0) return new Map();
    return this.guarded(async () => {
      const holder = await this.thisProcess();
      // Looked up before the lock is taken, because on some platforms it takes a while.
      const gone = await this.goneAmong(wanted, instance);
      return this.ports.folder.transact((transaction) =>
        acquireLeases(wanted, {
          ...{ folder: this.ports.folder, transaction, gone, nowMs: this.nowMs() },
          claim: { ...this.grantOptions(), instance, ...(holder && { process: holder }) },
        }).then((results) => this.remember(results, instance)),
      );
    });
  }

  async renew(
    grants: readonly LeaseGrant[],
  ): Promise<ReadonlyMap<AgentIdentity, LeaseRenewResult>> {
    if (grants.length === 0) return new Map();
    return this.guarded(() =>
      this.ports.folder.transact(async (transaction) => {
        const valid = new Map<AgentIdentity, KnownLease>();
        const floors = this.ports.folder.floors.read();
        for (const grant of grants) {
          const { minted } = floors.get(grant.identity) ?? noFloor;
          const lease = await this.validLease(transaction, { grant, minted });
          if (lease) valid.set(grant.identity, lease);
        }
        await this.renewals.write(transaction, { leases: valid, nowMs: this.nowMs() });
        return new Map(grants.map((grant) => renewed(grant, valid)));
      }),
    );
  }

  async release(grants: readonly LeaseGrant[]): Promise<void> {
    if (grants.length === 0) return;
    await this.guarded(() =>
      this.ports.folder.transact(async (transaction) => {
        const released: LeaseFile[] = [];
        for (const { identity, token } of grants) {
          const found = this.read(identity);
          if (!found || !('value' in found) || found.value.token !== token) continue;
          transaction.assertStillHeld();
          await unlink(this.path(identity));
          this.ports.folder.observe?.('lease:removed');
          this.known.delete(identity);
          released.push(found.value);
        }
        await this.renewals.remove(transaction, released);
      }),
    );
  }

  /** By the floors, which know of each grant before anybody has it. @throws LeaseError */
  isFollowed(identity: AgentIdentity, token: FencingToken): Promise<boolean> {
    return this.guarded(() =>
      Promise.resolve(this.ports.folder.floors.of(identity).minted > token),
    );
  }

  /** Who holds what, for people; an identity that nobody holds is not in it. @throws LeaseError */
  async seen(identities: readonly AgentIdentity[]): Promise<ReadonlyMap<AgentIdentity, SeenLease>> {
    return this.guarded(() =>
      Promise.resolve(seenLeases(this.ports.folder, identities, this.nowMs())),
    );
  }

  private grantOptions(): Pick<LeaseClaim, 'ttlMs' | 'label'> {
    const { label } = this.options;
    return { ttlMs: this.ttlMs, ...(label !== undefined && { label: label.slice(0, 200) }) };
  }

  private async goneAmong(
    identities: readonly AgentIdentity[],
    instance: string,
  ): Promise<ReadonlySet<string>> {
    const holders = identities.flatMap((identity) => {
      const found = this.read(identity);
      if (!found || !('value' in found) || found.value.instance === instance) return [];
      return found.value.process ? [found.value.process] : [];
    });
    return goneHolders(this.ports.probe, holders);
  }

  private remember(
    results: ReadonlyMap<AgentIdentity, LeaseAcquireResult>,
    instance: string,
  ): ReadonlyMap<AgentIdentity, LeaseAcquireResult> {
    for (const [identity, result] of results) {
      const file = result.result === 'acquired' ? this.fileIdentity(identity) : undefined;
      if (result.result === 'acquired' && file) {
        this.known.set(identity, { file, token: result.grant.token, instance });
      } else this.known.delete(identity);
    }
    return results;
  }

  /** The lease under exactly this token, if nobody was granted a higher one and it is not released. */
  private async validLease(
    transaction: ContinuityTransaction,
    { grant, minted }: { readonly grant: LeaseGrant; readonly minted: FencingToken },
  ): Promise<KnownLease | undefined> {
    const { identity, token } = grant;
    if (minted > token) return undefined;
    const known = this.known.get(identity);
    const file = this.fileIdentity(identity);
    if (file === undefined) return undefined;
    if (known?.token === token && isSameIdentity(known.file, file)) return known;
    const found = this.read(identity);
    if (found === undefined) return undefined;
    if ('value' in found) {
      if (found.value.token !== token) return undefined;
      const isNameless = found.value.instance === unknownInstance && known?.token === token;
      if (isNameless) return this.restore(transaction, identity, known);
      const lease = { file: found.identity, token, instance: found.value.instance };
      this.known.set(identity, lease);
      return lease;
    }
    if (known?.token !== token || minted !== token) return undefined;
    return this.restore(transaction, identity, known);
  }

  /** The file was spoiled, but the floors say that nobody else was granted anything. */
  private async restore(
    transaction: ContinuityTransaction,
    identity: AgentIdentity,
    { token, instance }: KnownLease,
  ): Promise<KnownLease | undefined> {
    const process = await this.thisProcess();
    const lease = {
      ...{ identity, token, instance, acquiredAtMs: this.nowMs() },
      ...{ ...this.grantOptions(), ...(process && { process }) },
    };
    const own = await transaction.makeFolder(identity);
    await atomicWrite(join(own, leaseFileName), leaseFileText(lease), {
      beforeRename: transaction.assertStillHeld,
      isDurable: false,
      observe: fileSteps(this.ports.folder.observe, 'lease'),
    });
    const file = this.fileIdentity(identity);
    return file && { file, token, instance };
  }

  /** Undefined where the platform does not tell: then only time frees its leases. */
  private async thisProcess(): Promise<HolderProcess | undefined> {
    if (this.self) return this.self;
    try {
      const recorded = await recordProcess(this.ports.probe, process.pid);
      this.self = { ...recorded, startedAt: new Date(this.nowMs()).toISOString() };
      return this.self;
    } catch {
      return undefined;
    }
  }

  private read(identity: AgentIdentity): JsonFile<LeaseFile> | undefined {
    return readLeaseFile(this.ports.folder.of(identity), identity);
  }

  private path(identity: AgentIdentity): string {
    return join(this.ports.folder.of(identity), leaseFileName);
  }

  private fileIdentity(identity: AgentIdentity): FileIdentity | undefined {
    const stats = lstatSync(this.path(identity), { throwIfNoEntry: false });
    return stats && toIdentity(stats);
  }

  private nowMs(): number {
    return Math.round(this.ports.clock.now());
  }

  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof LeaseError) throw error;
      const code = errorCode(error) === 'read-only' ? 'provider-unavailable' : 'io';
      throw new LeaseError(code, writeProblem(error, this.ports.folder.path), { cause: error });
    }
  }
}

function renewed(
  { identity, token, ttlMs }: LeaseGrant,
  valid: ReadonlyMap<AgentIdentity, KnownLease>,
): [AgentIdentity, LeaseRenewResult] {
  if (valid.get(identity)?.token !== token) return [identity, { result: 'lost', identity }];
  return [identity, { result: 'renewed', grant: { identity, token, ttlMs } }];
}
