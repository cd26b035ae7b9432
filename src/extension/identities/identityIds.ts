/** The commands of named agents; the list of all commands takes them in. */
export const identityCommandIds = [
  'heddle.identity.start',
  'heddle.identities.startRoster',
  'heddle.identity.send',
  'heddle.identity.checkpoint',
  'heddle.identity.respawn',
  'heddle.identity.reset',
  'heddle.identity.retire',
  'heddle.identity.delete',
  'heddle.identity.takeOver',
  'heddle.identity.showPage',
  'heddle.identity.showSession',
  'heddle.identity.openSpec',
  'heddle.identity.copyName',
  'heddle.identity.create',
  'heddle.identities.reconcile',
] as const;
export type IdentityCommandId = (typeof identityCommandIds)[number];

export const identitiesViewId = 'heddle.identities';

/** Also the `onWebviewPanel:` activation event of the manifest. */
export const identityPageViewType = 'heddle.identityPage';

/** Keys that `when` clauses of the manifest read. */
export const identityContextKeys = {
  /** `none`, `loading`, `empty` or `ready`: what the view Identities has to show. */
  identitiesState: 'heddle.identitiesState',
  /** Whether there are agents that can be started here. */
  hasStartableIdentities: 'heddle.hasStartableIdentities',
  /** Whether this window owns any. */
  ownsIdentities: 'heddle.ownsIdentities',
} as const;
