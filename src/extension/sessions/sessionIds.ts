/** The commands of sessions; the list of all commands takes them in. */
export const sessionCommandIds = [
  'heddle.session.start',
  'heddle.session.startHere',
  'heddle.session.open',
  'heddle.session.answer',
  'heddle.session.cancel',
  'heddle.session.rerun',
  'heddle.session.followUp',
  'heddle.session.copyId',
  'heddle.session.logIn',
  'heddle.session.delete',
  'heddle.sessions.deleteHistory',
  'heddle.sessions.showMore',
  'heddle.sessions.openSettings',
] as const;
export type SessionCommandId = (typeof sessionCommandIds)[number];

export const sessionsViewId = 'heddle.sessions';

/** Also the `onWebviewPanel:` activation event of the manifest. */
export const sessionPageViewType = 'heddle.sessionPage';

/** Keys that `when` clauses of the manifest read. */
export const sessionContextKeys = {
  /** `none`, `empty` or `ready`: what the view Sessions has to show. */
  sessionsState: 'heddle.sessionsState',
  hasOpenSessions: 'heddle.hasOpenSessions',
  hasEndedSessions: 'heddle.hasEndedSessions',
  /** Whether a session waits for the person. */
  hasQuestions: 'heddle.hasSessionQuestions',
} as const;
