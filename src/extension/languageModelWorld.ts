import { randomBytes } from 'node:crypto';
import type * as vscode from 'vscode';
import { systemClock } from '../base/clock.ts';
import type { Event } from '../base/event.ts';
import { LivenessAssessor } from '../core/agents/livenessAssessor.ts';
import { defaultLockConfig, type LockConfig } from '../core/locks/lockConfig.ts';
import { openFileLocks, type OpenFileLocks } from '../node/openFileLocks.ts';
import type { ToolWorld } from '../presentation/toolAnswers/toolCall.ts';
import { pathInFolder, type MeantRepository } from './languageModelFolder.ts';
import type { LanguageModelHolder } from './languageModelHolder.ts';
import { readSettings } from './settings.ts';

/** A repository of the workspace as the tools see it. */
export function languageModelWorld(
  { root, folder }: MeantRepository,
  {
    holder,
    logger,
  }: { readonly holder: LanguageModelHolder; readonly logger: vscode.LogOutputChannel },
): ToolWorld {
  const config = (): LockConfig => ({
    ...defaultLockConfig,
    maxLockAgeMs: readSettings().locks.maxAgeMs,
  });
  const open = openFileLocks(root, { logger, config, isReadOnly: root.store.isReadOnly });
  return {
    agents: root.registry,
    agentStore: root.store,
    locks: open.locks,
    lockStore: open.store,
    liveness: new LivenessAssessor(root.probe, logger),
    activity: root.activity,
    clock: systemClock,
    random: randomBytes,
    config,
    paths: open.paths,
    onDidChangeLocks: watchOnceAsked(open),
    toLockPath: (path) => open.paths.toLockPath(pathInFolder(path, folder), folder.uri.fsPath),
    waitingProcess: () => holder.process(root),
    newEntryFields: () => holder.newEntryFields(root, folder.uri.fsPath),
  };
}

/** Whoever gets everything at once needs no watch of the folder. */
function watchOnceAsked(open: OpenFileLocks): Event<unknown> {
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
