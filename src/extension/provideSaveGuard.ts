import { join } from 'node:path';
import type * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { KeptVersions } from '../node/keptVersions.ts';
import { DiskChanges } from './diskChanges.ts';
import { KeptVersionOffer } from './keptVersionOffer.ts';
import type { LockPictures } from './lockPictures.ts';
import type { LockSet } from './lockSet.ts';
import type { OthersHolds } from './othersHolds.ts';
import { SaveGuard } from './saveGuard.ts';
import type { WindowHolder } from './windowHolder.ts';

export interface SaveGuardParts {
  readonly context: Pick<vscode.ExtensionContext, 'storageUri' | 'globalStorageUri'>;
  readonly othersHolds: OthersHolds;
  readonly locks: LockSet;
  readonly pictures: LockPictures;
  readonly windowHolder: WindowHolder;
  readonly isAgentSaving?: ((uri: vscode.Uri) => boolean) | undefined;
  readonly logger: vscode.LogOutputChannel;
}

/** Everything that keeps a save from losing what somebody else wrote. It touches no file before that. */
export function provideSaveGuard(parts: SaveGuardParts): Disposable {
  const { context, othersHolds, locks, pictures, logger } = parts;
  const own = new DisposableStore();
  const storage = context.storageUri ?? context.globalStorageUri;
  const kept = new KeptVersions(join(storage.fsPath, 'kept-versions'));
  const diskChanges = own.add(new DiskChanges(othersHolds, locks, pictures));
  const offer = own.add(new KeptVersionOffer(kept, logger));
  own.add(new SaveGuard({ ...parts, diskChanges, kept, offer }));
  return own;
}
