import type { Event } from '../../base/event.ts';

/** Something may have changed in a folder: these files, or, without names, anything. */
export interface FolderChange {
  readonly fileNames: readonly string[] | undefined;
}

/** The port that tells of changes. It may tell too often, too late, or in any order. */
export interface FolderWatcher {
  readonly onDidChange: Event<FolderChange>;
}
