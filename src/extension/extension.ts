import * as vscode from 'vscode';
import { AgentDetailsPanels } from './agentDetailsPanel.ts';
import { AgentsView } from './agentsView.ts';
import { createApi, type HeddleAgentsApi } from './api.ts';
import { BrokenDiagnostics } from './brokenDiagnostics.ts';
import { registerCommands } from './commands/registerCommands.ts';
import { ContextKeys } from './contextKeys.ts';
import { PersonReservations } from './personReservations.ts';
import { RegistrySet } from './registrySet.ts';
import { RegistryStatusBar } from './registryStatusBar.ts';
import { provideCliInTerminals } from './terminalPath.ts';

/** The composition root. It reads no entry itself; what is slow runs after it has returned. */
export function activate(context: vscode.ExtensionContext): HeddleAgentsApi {
  const own = <T extends vscode.Disposable>(item: T): T => {
    context.subscriptions.push(item);
    return item;
  };

  const logger = own(vscode.window.createOutputChannel('Heddle Agents', { log: true }));
  const registries = own(new RegistrySet(logger));

  const keys = own(new ContextKeys(registries));
  const view = own(new AgentsView(registries));
  own(new RegistryStatusBar(registries));
  own(new BrokenDiagnostics(registries));
  const details = own(new AgentDetailsPanels(registries, { context, logger }));
  const reservations = own(new PersonReservations(registries, { context, logger }));
  own(registerCommands({ registries, logger, context, keys, view, details, reservations }));
  provideCliInTerminals(context);

  registries.open();
  return createApi(registries);
}
