import { systemClock, type Clock } from '../../base/clock.ts';
import type { ProcessProbe } from '../../core/agents/liveness.ts';
import type { ContinuityStore } from '../../core/identities/continuityStore.ts';
import type { DurabilityPolicy } from '../../core/identities/durabilityPolicy.ts';
import type { HeddleRoot } from '../heddleRoot.ts';
import { createProcessProbe } from '../processProbe.ts';
import { ContinuityFolder, type ContinuityFolderOptions } from './continuityFolder.ts';
import { continuityPlaces } from './continuityPlaces.ts';
import { FileContinuityStore } from './fileContinuityStore.ts';
import { FileInbox } from './fileInbox.ts';
import { FileLeaseProvider, type FileLeaseOptions } from './fileLeaseProvider.ts';
import { IdentityHistory } from './identityHistory.ts';
import { MirroredContinuityStore } from './mirroredContinuityStore.ts';

export interface OpenContinuityOptions extends ContinuityFolderOptions, FileLeaseOptions {
  readonly clock?: Clock | undefined;
  readonly probe?: ProcessProbe | undefined;
  /** Where the floors are without git; the home folder of the person unless told. */
  readonly home?: string | undefined;
  readonly durability?: DurabilityPolicy | undefined;
  /** The second folder of `async_replicated`, absolute. */
  readonly mirrorFolder?: string | undefined;
}

/** What lasts of the identities of a root. Opening it reads and writes nothing. */
export interface OpenContinuity {
  /** `.heddle/continuity`, absolute. */
  readonly folder: string;
  readonly store: ContinuityStore;
  /** The store behind a mirror, which can also say of whom it keeps anything. */
  readonly files: FileContinuityStore;
  readonly leases: FileLeaseProvider;
  readonly inbox: FileInbox;
  readonly history: IdentityHistory;
  /** Set when there is a second folder. */
  readonly mirror?: MirroredContinuityStore | undefined;
}

/**
 * The one function with which every host opens them. Store, leases, inbox and history write under one
 * lock. @throws ContinuityStoreError for `async_replicated` without a second folder
 */
export function openContinuity(
  location: HeddleRoot,
  options: OpenContinuityOptions = {},
): OpenContinuity {
  const { clock = systemClock, probe = createProcessProbe() } = options;
  const folder = new ContinuityFolder(continuityPlaces(location, options.home), options);
  const files = new FileContinuityStore(folder, { clock });
  const history = new IdentityHistory(folder);
  const mirror =
    options.durability?.kind === 'async_replicated'
      ? new MirroredContinuityStore(files, { folder, mirror: options.mirrorFolder }, clock)
      : undefined;
  return {
    ...{ folder: folder.path, store: mirror ?? files, files, history },
    leases: new FileLeaseProvider({ folder, probe, clock }, options),
    inbox: new FileInbox(folder, history, clock),
    ...(mirror && { mirror }),
  };
}
