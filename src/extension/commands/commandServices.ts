import type * as vscode from 'vscode';
import type { AgentDetailsPanels } from '../agentDetailsPanel.ts';
import type { AgentsView } from '../agentsView.ts';
import type { ContextKeys } from '../contextKeys.ts';
import type { DiscoveredAgents } from '../discovered.ts';
import type { FreeNotices } from '../freeNotices.ts';
import type { IdentityServices } from '../identities/identityServices.ts';
import type { LockSet } from '../lockSet.ts';
import type { LocksView } from '../locksView.ts';
import type { OthersHolds } from '../othersHolds.ts';
import type { PersonReservations } from '../personReservations.ts';
import type { RegistrySet } from '../registrySet.ts';
import type { SessionServices } from '../sessions/sessionServices.ts';
import type { ViolationChanges } from '../violationChanges.ts';
import type { IncidentSet } from '../violations.ts';
import type { VirtualTexts } from '../virtualTexts.ts';
import type { WindowHolder } from '../windowHolder.ts';

/** What the commands work with; the composition root makes it. */
export interface CommandServices {
  readonly registries: RegistrySet;
  readonly logger: vscode.LogOutputChannel;
  readonly context: vscode.ExtensionContext;
  readonly keys: ContextKeys;
  readonly view: AgentsView;
  readonly details: AgentDetailsPanels;
  readonly reservations: PersonReservations;
  readonly locks: LockSet;
  readonly windowHolder: WindowHolder;
  readonly othersHolds: OthersHolds;
  readonly locksView: LocksView;
  readonly freeNotices: FreeNotices;
  readonly incidents: IncidentSet;
  readonly changes: ViolationChanges;
  readonly discovered: DiscoveredAgents;
  readonly texts: VirtualTexts;
  readonly sessions: SessionServices;
  readonly identities: IdentityServices;
}

/**
 * A command without its error handling. What it gets is untrusted: nothing (palette), a row's element,
 * an element and all selected ones, or whatever another extension passes. Its result goes to callers
 * of `executeCommand`; undefined means that the person changed their mind.
 */
export type CommandHandler = (...args: readonly unknown[]) => Promise<unknown>;
