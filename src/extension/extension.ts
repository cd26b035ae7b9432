import * as vscode from 'vscode';
import { AgentDetailsPanels } from './agentDetailsPanel.ts';
import { AgentsView } from './agentsView.ts';
import { createApi, type HeddleAgentsApi } from './api.ts';
import { BrokenDiagnostics } from './brokenDiagnostics.ts';
import { BrokenNotices } from './brokenNotices.ts';
import { registerCommands } from './commands/registerCommands.ts';
import { ContextKeys } from './contextKeys.ts';
import { EditorGuard } from './editorGuard.ts';
import { FreeNotices } from './freeNotices.ts';
import { registerLanguageModelTools } from './languageModelTools.ts';
import { LockContextKeys } from './lockContextKeys.ts';
import { LockDecorations } from './lockDecorations.ts';
import { LockPictures } from './lockPictures.ts';
import { LockSet } from './lockSet.ts';
import { LocksView } from './locksView.ts';
import { McpServerDefinitions } from './mcpServerDefinitions.ts';
import { OthersHolds } from './othersHolds.ts';
import { PersonReservations } from './personReservations.ts';
import { RegistrySet } from './registrySet.ts';
import { RegistryStatusBar } from './registryStatusBar.ts';
import { provideSaveGuard } from './provideSaveGuard.ts';
import { SoftLocks } from './softLocks.ts';
import { provideCliInTerminals } from './terminalPath.ts';
import { Typing } from './typing.ts';
import { WindowHolder } from './windowHolder.ts';
import { WindowIdentity } from './windowIdentity.ts';

/** The composition root. It reads no entry itself; what is slow runs after it has returned. */
export function activate(context: vscode.ExtensionContext): HeddleAgentsApi {
  const own = <T extends vscode.Disposable>(item: T): T => {
    context.subscriptions.push(item);
    return item;
  };

  const logger = own(vscode.window.createOutputChannel('Heddle Agents', { log: true }));
  const identity = new WindowIdentity(context.workspaceState);
  const registries = own(new RegistrySet(logger));
  const locks = own(new LockSet(registries, logger));
  const windowHolder = own(new WindowHolder(locks, { identity, logger }));

  const pictures = own(new LockPictures(locks, windowHolder, logger));
  own(new LockDecorations(locks, pictures));

  const keys = own(new ContextKeys(registries));
  own(new LockContextKeys(keys, { locks, pictures }));
  const view = own(new AgentsView(registries, locks));
  const locksView = own(new LocksView(pictures, logger));
  own(new RegistryStatusBar(registries, pictures));
  own(new BrokenDiagnostics(registries));
  const details = own(new AgentDetailsPanels(registries, { context, logger }));
  const reservations = own(new PersonReservations(registries, { identity, logger }));
  const othersHolds = new OthersHolds(locks, pictures, windowHolder);
  const freeNotices = own(new FreeNotices(othersHolds, pictures));
  const typing = own(new Typing(logger));
  own(new SoftLocks({ typing, locks, windowHolder, othersHolds, logger }));
  own(new EditorGuard({ othersHolds, pictures, typing, logger }));
  own(provideSaveGuard({ context, othersHolds, locks, pictures, windowHolder, logger }));
  own(new BrokenNotices(locks, windowHolder, context.workspaceState));
  own(
    registerCommands({
      ...{ registries, logger, context, keys, view, details, reservations },
      ...{ locks, windowHolder, othersHolds, locksView, freeNotices },
    }),
  );
  own(registerLanguageModelTools({ registries, locks, identity, logger }));
  own(new McpServerDefinitions(registries, context));
  provideCliInTerminals(context);

  registries.open();
  return createApi(registries, pictures);
}
