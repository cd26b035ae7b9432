import type { RefreshScope } from './agentStore.ts';
import type { FolderChange } from './folderWatcher.ts';

/** What was heard of a folder and not looked at yet. At first that is everything. */
export class HeardChanges {
  private heard: Set<string> | 'everything' = 'everything';

  add(change: FolderChange): void {
    if (change.fileNames === undefined) this.addEverything();
    else if (this.heard !== 'everything') {
      for (const fileName of change.fileNames) this.heard.add(fileName);
    }
  }

  addEverything(): void {
    this.heard = 'everything';
  }

  /** What to look at now; from here on nothing was heard. */
  take(): RefreshScope {
    const { heard } = this;
    this.heard = new Set();
    return heard === 'everything' ? { isForced: true } : { fileNames: heard };
  }
}
