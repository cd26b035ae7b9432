import type * as vscode from 'vscode';
import type { RegistrySet } from '../registrySet.ts';
import type { SessionAgents } from './sessionAgents.ts';
import type { SessionConnections } from './sessionConnections.ts';
import type { SessionListSet } from './sessionListSet.ts';
import type { SessionPanels } from './sessionPanels.ts';
import type { SessionStarter } from './sessionStarter.ts';
import type { SessionsView } from './sessionsView.ts';

/** What the commands of sessions work with. */
export interface SessionServices {
  readonly registries: RegistrySet;
  readonly lists: SessionListSet;
  readonly connections: SessionConnections;
  readonly panels: Pick<SessionPanels, 'show'>;
  readonly starter: Pick<SessionStarter, 'start'>;
  readonly agents: SessionAgents;
  readonly view: Pick<SessionsView, 'showMore'>;
  /** Where the person's last choice of an agent is kept. */
  readonly memory: vscode.Memento;
}
