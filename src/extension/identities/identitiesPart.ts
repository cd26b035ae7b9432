import type * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import type { ContextKeys } from '../contextKeys.ts';
import type { RegistrySet } from '../registrySet.ts';
import type { SessionAgents } from '../sessions/sessionAgents.ts';
import type { WindowIdentity } from '../windowIdentity.ts';
import { tellNotResumed } from './commands/startResults.ts';
import { IdentitiesView } from './identitiesView.ts';
import { IdentityDiagnostics } from './identityDiagnostics.ts';
import { IdentityListSet } from './identityListSet.ts';
import { IdentityOwners } from './identityOwners.ts';
import { IdentityPanels } from './identityPanels.ts';
import type { IdentityServices } from './identityServices.ts';
import { InterruptNotices } from './interruptNotices.ts';
import { ownerLabel } from './ownerLabel.ts';
import { ResumedIdentities } from './resumedIdentities.ts';
import { SpecAssistance } from './specAssistance.ts';
import { SpecChanges } from './specChanges.ts';

export interface IdentitiesPartOptions {
  readonly identity: WindowIdentity;
  readonly agents: SessionAgents;
  readonly keys: ContextKeys;
  readonly context: vscode.ExtensionContext;
  readonly logger: vscode.LogOutputChannel;
}

/** Everything of named agents in a window but their commands. Opening it reads files and starts nothing. */
export class IdentitiesPart implements Disposable {
  readonly services: IdentityServices;
  private readonly own = new DisposableStore();

  constructor(registries: RegistrySet, options: IdentitiesPartOptions) {
    const { identity, agents, keys, context, logger } = options;
    const { nameOf } = agents;
    const lists = this.own.add(
      new IdentityListSet(registries, {
        labelIn: (root) => ownerLabel(identity.nameIn(root), root),
        logger,
      }),
    );
    const owners = this.own.add(new IdentityOwners(lists, { agents, identity, context, logger }));
    const panels = this.own.add(new IdentityPanels({ lists, owners, agents, context, logger }));
    this.own.add(new IdentitiesView(lists, { nameOf, keys }));
    this.own.add(new IdentityDiagnostics(lists));
    this.own.add(new SpecChanges(lists, owners, logger));
    this.own.add(new SpecAssistance({ lists, agents, context }));

    this.own.add(
      new ResumedIdentities(lists, owners, {
        ...{ memory: context.workspaceState, logger },
        onDidResume: ({ worktree }, outcomes) =>
          tellNotResumed(
            { lists },
            outcomes.map((outcome) => ({ worktree, outcome })),
          ),
      }),
    );
    this.own.add(new InterruptNotices(owners, lists));
    this.services = { registries, lists, owners, panels, agents, person: identity };
  }

  /**
   * Gives up what this window owns, so that nobody has to take it over; agents that are at work go on, and
   * after a reload this window has them again. Resolves when that is done or takes too long.
   */
  async close(): Promise<void> {
    this.own.dispose();
    await this.services.owners.closed();
  }

  dispose(): void {
    this.own.dispose();
  }
}
