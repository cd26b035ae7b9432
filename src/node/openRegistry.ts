import { randomBytes } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { systemClock, type Clock } from '../base/clock.ts';
import { silentLogger, type Logger } from '../base/logger.ts';
import { AgentRegistry } from '../core/agents/agentRegistry.ts';
import type { ProcessProbe } from '../core/agents/liveness.ts';
import { RegistryMonitor } from '../core/agents/registryMonitor.ts';
import { ActivityFiles, activityFolder } from './activityFiles.ts';
import { DirectoryWatcher } from './directoryWatcher.ts';
import { agentsFolder, type HeddleRoot } from './heddleRoot.ts';
import { createProcessProbe } from './processProbe.ts';
import { TomlAgentStore, type TomlAgentStoreOptions } from './tomlAgentStore.ts';

export interface OpenRegistryOptions extends TomlAgentStoreOptions {
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly probe?: ProcessProbe | undefined;
}

/** A registry on this machine's files and processes. Opening it reads nothing. */
export interface OpenRegistry {
  readonly location: HeddleRoot;
  readonly folder: string;
  readonly registry: AgentRegistry;
  readonly store: TomlAgentStore;
  readonly probe: ProcessProbe;
  /** What happened on this root. It opens no file before something is recorded or read. */
  readonly activity: ActivityFiles;
  /** Starts watching; the caller disposes the monitor. */
  monitor(): OpenMonitor;
}

export interface OpenMonitor {
  readonly monitor: RegistryMonitor;
  /** Resolves when every later change is seen. */
  readonly ready: Promise<void>;
  dispose(): void;
}

/** The one function with which every host opens the registry of a root. */
export function openRegistry(
  location: HeddleRoot,
  options: OpenRegistryOptions = {},
): OpenRegistry {
  const { logger = silentLogger, clock = systemClock, probe = createProcessProbe() } = options;
  const folder = agentsFolder(location);
  const store = new TomlAgentStore(folder, options);
  const activity = new ActivityFiles(activityFolder(location), {
    isReadOnly: options.isReadOnly,
    clock,
    logger,
  });
  const registry = new AgentRegistry({
    store,
    activity,
    probe,
    clock,
    logger,
    random: randomBytes,
    realPath: (path) => realpath(path).catch(() => resolve(path)),
  });
  const monitor = (): OpenMonitor => {
    const watcher = new DirectoryWatcher(folder, logger);
    const opened = new RegistryMonitor({
      root: location.root,
      folder,
      store,
      registry,
      watcher,
      clock,
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
  return { location, folder, registry, store, probe, activity, monitor };
}
