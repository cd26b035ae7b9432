import * as vscode from 'vscode';
import { identitiesBadge } from '../../presentation/identities/rows/identitiesBadge.ts';
import { buildIdentitiesTree } from '../../presentation/identities/rows/identitiesTree.ts';
import { parseIdentityFileElement } from '../../presentation/identities/rows/identityElement.ts';
import { abilitiesOf } from '../../presentation/identities/rows/placedIdentity.ts';
import type { TreeRow, TreeRows } from '../../presentation/treeRow.ts';
import type { ContextKeys } from '../contextKeys.ts';
import { PaintedRowTree } from '../paintedRowTree.ts';
import { identitiesViewId, identityContextKeys, type IdentityCommandId } from './identityIds.ts';
import type { IdentityListSet } from './identityListSet.ts';

export interface IdentitiesViewOptions {
  readonly nameOf: (agent: string) => string;
  readonly keys: Pick<ContextKeys, 'set'>;
}

/** The view Identities. */
export class IdentitiesView extends PaintedRowTree<TreeRows> {
  constructor(
    private readonly lists: Pick<
      IdentityListSet,
      'places' | 'identities' | 'problems' | 'onDidChange'
    >,
    private readonly options: IdentitiesViewOptions,
  ) {
    super(identitiesViewId, { roots: [], rows: new Map() });
    this.own.add(lists.onDidChange(() => this.request()));
    this.request();
  }

  protected build(): TreeRows {
    const { identities, problems, places } = this.lists;
    return buildIdentitiesTree(identities, {
      ...{ t: vscode.l10n.t, nameOf: this.options.nameOf, problems },
      worktrees: places.map(({ worktree }) => worktree),
    });
  }

  protected updateSigns(): void {
    const { identities, problems, places } = this.lists;
    const { keys } = this.options;
    const hasAny = identities.length + problems.length > 0;
    const isKnown = places.every((each) => each.isKnown);
    const state = hasAny ? 'ready' : isKnown ? 'empty' : 'loading';
    keys.set(identityContextKeys.identitiesState, places.length === 0 ? 'none' : state);
    const canStart = identities.some((each) => abilitiesOf(each).start);
    keys.set(identityContextKeys.hasStartableIdentities, canStart);
    const owns = identities.some(({ listed }) => listed.lease?.isOurs === true);
    keys.set(identityContextKeys.ownsIdentities, owns);
    this.setBadge(identitiesBadge(identities, problems, vscode.l10n.t));
  }

  protected commandOf({ id }: TreeRow): vscode.Command {
    const { t } = vscode.l10n;
    const [page, file] = ['heddle.identity.showPage', 'heddle.identity.openSpec'] as const;
    return parseIdentityFileElement(id) === undefined
      ? { command: page satisfies IdentityCommandId, title: t('Show Page'), arguments: [id] }
      : { command: file satisfies IdentityCommandId, title: t('Open File'), arguments: [id] };
  }
}
