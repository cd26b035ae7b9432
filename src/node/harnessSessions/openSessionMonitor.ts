import { systemClock, type Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { SessionMonitor } from '../../core/harness/sessionMonitor.ts';
import { DirectoryWatcher } from '../directoryWatcher.ts';
import type { HeddleRoot } from '../heddleRoot.ts';
import { readHookSettings } from './hookSettingsFile.ts';
import { sessionRecordsFolder } from './sessionRecordFile.ts';
import { SessionRecordFiles } from './sessionRecordSource.ts';

export interface OpenSessionMonitor {
  readonly monitor: SessionMonitor;
  /** Resolves when every later change is seen. */
  readonly ready: Promise<void>;
  dispose(): void;
}

/** Watches what the agents of a root do, by the records of their hooks. */
export function openSessionMonitor(
  location: HeddleRoot,
  { logger, clock = systemClock }: { readonly logger: Logger; readonly clock?: Clock },
): OpenSessionMonitor {
  const folder = sessionRecordsFolder(location);
  const watcher = new DirectoryWatcher(folder, logger);
  const monitor = new SessionMonitor({
    source: new SessionRecordFiles(folder),
    watcher,
    settings: () => readHookSettings(location).settings,
    clock,
    logger,
  });
  return {
    monitor,
    ready: watcher.ready.then(() => monitor.refresh()),
    dispose: () => {
      monitor.dispose();
      watcher.dispose();
    },
  };
}
