import { silentLogger, type Logger } from '../base/logger.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import { LivenessAssessor } from '../core/agents/livenessAssessor.ts';
import type { FolderWatcher } from '../core/agents/folderWatcher.ts';
import { FileLocks } from '../core/locks/fileLocks.ts';
import { defaultLockConfig, type LockConfig } from '../core/locks/lockConfig.ts';
import { LockMonitor } from '../core/locks/lockMonitor.ts';
import { DirectoryWatcher } from './directoryWatcher.ts';
import { fileLocksFolder } from './fileLocksFolder.ts';
import { JsonLockStore, type JsonLockStoreOptions } from './jsonLockStore.ts';
import type { OpenRegistry } from './openRegistry.ts';
import { openRepositoryPaths, type RepositoryPaths } from './repositoryPath.ts';

export interface OpenFileLocksOptions extends JsonLockStoreOptions {
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  /** Asked at each operation; without it the defaults. */
  readonly config?: (() => LockConfig) | undefined;
}

/** The file locks of a root on this machine's files and processes. Opening them reads nothing. */
export interface OpenFileLocks {
  readonly folder: string;
  readonly locks: FileLocks;
  readonly store: JsonLockStore;
  /** Which path of the repository a file is. */
  readonly paths: RepositoryPaths;
  /** Starts watching the folder; the caller disposes the watcher. */
  watch(): OpenLockWatcher;
  /** Starts watching and keeping a snapshot; the caller disposes the monitor. */
  monitor(): OpenLockMonitor;
}

export interface OpenLockWatcher extends FolderWatcher {
  /** Resolves when every later change is told. */
  readonly ready: Promise<void>;
  dispose(): void;
}

export interface OpenLockMonitor {
  readonly monitor: LockMonitor;
  /** Resolves when every later change is seen. */
  readonly ready: Promise<void>;
  dispose(): void;
}

/** The one function with which every host opens the file locks beside a registry. */
export function openFileLocks(
  registry: Omit<OpenRegistry, 'monitor'>,
  options: OpenFileLocksOptions = {},
): OpenFileLocks {
  const { logger = silentLogger, clock = systemClock, config = () => defaultLockConfig } = options;
  const { location } = registry;
  const folder = fileLocksFolder(location);
  const paths = openRepositoryPaths(location);
  const store = new JsonLockStore(folder, () => paths.rules, options);
  const assessor = new LivenessAssessor(registry.probe, logger);
  const ports = { store, entries: registry.store, assessor, clock, config };
  const locks = new FileLocks({ ...ports, activity: registry.activity });
  const watch = (): OpenLockWatcher => new DirectoryWatcher(folder, logger);
  const monitor = (): OpenLockMonitor => {
    const watcher = watch();
    const opened = new LockMonitor({
      ...ports,
      root: location.root,
      folder,
      rules: paths.rules,
      watcher,
      logger,
    });
    return {
      monitor: opened,
      ready: watcher.ready.then(() => opened.refresh()),
      dispose: () => {
        opened.dispose();
        watcher.dispose();
      },
    };
  };
  return { folder, locks, store, paths, watch, monitor };
}
