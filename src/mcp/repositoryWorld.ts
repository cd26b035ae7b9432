import { randomBytes } from 'node:crypto';
import type { Event } from '../base/event.ts';
import { LivenessAssessor } from '../core/agents/livenessAssessor.ts';
import { formatTimestamp } from '../core/agents/timestamp.ts';
import { defaultLockConfig } from '../core/locks/lockConfig.ts';
import type { HolderProcess } from '../core/locks/lockHolder.ts';
import { currentBaseState } from '../node/baseState.ts';
import { recordProcess } from '../node/recordedProcess.ts';
import type { ToolWorld } from '../presentation/toolAnswers/toolCall.ts';
import type { McpHost } from './mcpHost.ts';
import type { OpenRepository } from './openRepository.ts';

/** What the client says that it is. */
export interface ClientName {
  readonly name: string;
}

const maxHarnessLength = 60;

/** A repository as the tools see it. */
export function repositoryWorld(
  open: OpenRepository,
  { host, client }: { readonly host: McpHost; readonly client: ClientName | undefined },
): ToolWorld {
  const { registry, baseFolder } = open;
  const { clock, logger, pid } = host;
  const ownProcess = async (): Promise<HolderProcess> => ({
    ...(await recordProcess(registry.probe, pid)),
    startedAt: formatTimestamp(clock.now()),
  });
  return {
    agents: registry.registry,
    agentStore: registry.store,
    locks: open.locks,
    lockStore: open.store,
    liveness: new LivenessAssessor(registry.probe, logger),
    activity: registry.activity,
    clock,
    random: randomBytes,
    config: () => defaultLockConfig,
    paths: open.paths,
    onDidChangeLocks: watchOnceAsked(open),
    toLockPath: (path) => open.paths.toLockPath(path, baseFolder),
    waitingProcess: ownProcess,
    newEntryFields: async () => ({
      ...(await recordProcess(registry.probe, pid)),
      ...(client && { harness: client.name.slice(0, maxHarnessLength) }),
      probeSource: 'app_protocol',
      probeConfidence: 0.75,
      path: baseFolder,
      baseState: currentBaseState(registry.location.heddleFolder, baseFolder),
    }),
  };
}

/** Whoever gets everything at once needs no watch of the folder. */
function watchOnceAsked(open: OpenRepository): Event<unknown> {
  return (listener) => {
    const watcher = open.watch();
    // What happened before it was ready was told to nobody.
    void watcher.ready.then(() => listener(undefined));
    const subscription = watcher.onDidChange(listener);
    return {
      dispose: () => {
        subscription.dispose();
        watcher.dispose();
      },
    };
  };
}
