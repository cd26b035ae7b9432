import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import {
  toIdentityElement,
  type IdentityRef,
} from '../../presentation/identities/rows/identityElement.ts';
import { commandAction, notify } from '../commands/notify.ts';
import type { ContextKeys } from '../contextKeys.ts';
import type { RegistrySet } from '../registrySet.ts';
import type { SessionAgents } from '../sessions/sessionAgents.ts';
import type { WindowIdentity } from '../windowIdentity.ts';
import { isReady, tellStarted } from './commands/startResults.ts';
import { IdentitiesView } from './identitiesView.ts';
import { IdentityDiagnostics } from './identityDiagnostics.ts';
import type { IdentityCommandId } from './identityIds.ts';
import { IdentityListSet } from './identityListSet.ts';
import { IdentityOwners } from './identityOwners.ts';
import { IdentityPanels } from './identityPanels.ts';
import type { IdentityServices } from './identityServices.ts';
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
        onDidResume: ({ worktree }, outcomes) => {
          const bad = outcomes.map((outcome) => ({ worktree, outcome }));
          tellStarted(
            { lists },
            bad.filter((each) => !isReady(each)),
          );
        },
      }),
    );
    this.own.add(owners.onDidInterrupt(askToGoOn));
    this.services = { registries, lists, owners, panels, agents, person: identity };
  }

  dispose(): void {
    this.own.dispose();
  }
}

/** A turn that died while nobody owned the agent goes on only when the person says so. */
function askToGoOn(ref: IdentityRef): void {
  const { t } = vscode.l10n;
  const element = toIdentityElement(ref);
  const [send, page] = ['heddle.identity.send', 'heddle.identity.showPage'] as const;
  const text = 'Your last turn was interrupted. Go on where you stopped.';
  notify('information', t('{0} was interrupted in the middle of its work.', ref.identity), [
    commandAction(t('Go On'), send satisfies IdentityCommandId, element, { text }),
    commandAction(t('Show Page'), page satisfies IdentityCommandId, element),
  ]);
}
