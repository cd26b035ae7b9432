import * as vscode from 'vscode';
import { AgentActivities } from './agentActivities.ts';
import { AgentDetailsPanels } from './agentDetailsPanel.ts';
import { AgentsView } from './agentsView.ts';
import { createApi, type HeddleAgentsApi } from './api.ts';
import { BrokenDiagnostics } from './brokenDiagnostics.ts';
import { BrokenNotices } from './brokenNotices.ts';
import { registerCommands } from './commands/registerCommands.ts';
import { ContextKeys } from './contextKeys.ts';
import { DiscoveredAgents } from './discovered.ts';
import { EditorGuard } from './editorGuard.ts';
import { FreeNotices } from './freeNotices.ts';
import { IdentitiesPart } from './identities/identitiesPart.ts';
import { registerLanguageModelTools } from './languageModelTools.ts';
import { refreshLauncher } from './launcherRefresh.ts';
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
import { SessionSet } from './sessionSet.ts';
import { EditorBridge } from './sessions/editorBridge.ts';
import { HostedAgents } from './sessions/hostedAgents.ts';
import { SessionListSet } from './sessions/sessionListSet.ts';
import { SessionsPart } from './sessions/sessionsPart.ts';
import { provideSaveGuard } from './provideSaveGuard.ts';
import { SoftLocks } from './softLocks.ts';
import { SpendingWatch } from './spendingWatch.ts';
import { TerminalAgents } from './terminalAgents.ts';
import { provideCliInTerminals } from './terminalPath.ts';
import { UninstallOffer } from './uninstallOffer.ts';
import { Typing } from './typing.ts';
import { UsageSet } from './usageSet.ts';
import { ViolationChanges } from './violationChanges.ts';
import { ownParty, ViolationNotices } from './violationNotices.ts';
import { IncidentSet } from './violations.ts';
import { VirtualTexts } from './virtualTexts.ts';
import { WindowHolder } from './windowHolder.ts';
import { WindowIdentity } from './windowIdentity.ts';

/** What the editor waits for when it lets the extension go: it calls us, and passes nothing. */
const farewells = new Set<() => Promise<void>>();

export async function deactivate(): Promise<void> {
  const all = [...farewells];
  farewells.clear();
  await Promise.all(all.map((farewell) => farewell()));
}

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
  const sessions = own(new SessionSet(registries, logger));
  const usage = own(new UsageSet(registries, { sessions, locks, logger }));
  const spending = own(
    new SpendingWatch(registries, { usage, state: context.workspaceState, logger }),
  );
  const lists = own(new SessionListSet(registries, logger));
  const hosted = own(new HostedAgents(lists, logger));
  const activities = own(new AgentActivities({ sessions, hosted, usage, spending, logger }));
  const terminals = own(new TerminalAgents());
  const discovered = own(new DiscoveredAgents(registries, { terminals, logger }));
  const incidents = own(new IncidentSet(registries, logger));
  const isOwn = ownParty(locks, windowHolder);
  own(new ViolationNotices(incidents, { isOwn }));
  own(new UninstallOffer(registries, { context, logger }));
  const texts = own(new VirtualTexts());
  const changes = new ViolationChanges(locks, texts);
  const view = own(new AgentsView(registries, locks, activities));
  view.addDiscovered(discovered);
  const locksView = own(new LocksView(pictures, logger, { incidents }));
  own(new RegistryStatusBar(registries, pictures, activities));
  own(new BrokenDiagnostics(registries));
  const details = own(new AgentDetailsPanels(registries, { context, activities, logger }));
  const reservations = own(new PersonReservations(registries, { identity, logger }));
  const othersHolds = new OthersHolds(locks, pictures, windowHolder);
  const freeNotices = own(new FreeNotices(othersHolds, pictures));
  const typing = own(new Typing(logger));
  own(new SoftLocks({ typing, locks, windowHolder, othersHolds, logger }));
  own(new EditorGuard({ othersHolds, pictures, typing, logger }));
  const editor = new EditorBridge(logger);
  own(
    provideSaveGuard({
      ...{ context, othersHolds, locks, pictures, windowHolder, logger },
      isAgentSaving: (uri) => editor.isWriting(uri),
    }),
  );
  const sessionsPart = own(
    new SessionsPart(registries, { lists, identity, keys, texts, editor, context, logger }),
  );
  const { agents } = sessionsPart.services;
  const identities = own(
    new IdentitiesPart(registries, { identity, agents, keys, context, logger }),
  );
  farewells.add(() => identities.close());
  own(new BrokenNotices(locks, windowHolder, context.workspaceState));
  own(
    registerCommands({
      ...{ registries, logger, context, keys, view, details, reservations },
      ...{ locks, windowHolder, othersHolds, locksView, freeNotices },
      ...{ incidents, changes, discovered, texts, sessions: sessionsPart.services },
      identities: identities.services,
    }),
  );
  own(registerLanguageModelTools({ registries, locks, identity, logger }));
  own(new McpServerDefinitions(registries, context));
  provideCliInTerminals(context);
  setImmediate(() => void refreshLauncher(context, logger));

  registries.open();
  return createApi(registries, pictures);
}
