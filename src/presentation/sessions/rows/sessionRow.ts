import type { Translate } from '../../agentWording.ts';
import { coarseDuration } from '../../duration.ts';
import { toPlainLine } from '../../plainText.ts';
import type { TreeRow } from '../../treeRow.ts';
import { isLogInNeeded } from '../logInNeeded.ts';
import { planText } from '../planProgress.ts';
import { endedAtMs } from '../sessionJson.ts';
import { stepText } from '../sessionStep.ts';
import { sessionUsageText } from '../sessionUsage.ts';
import { sessionWord, sessionWordText, type SessionWord } from '../sessionWords.ts';
import { groupOf, runOf, sessionName, type ListedSession } from './listedSession.ts';
import { toSessionElement } from './sessionElement.ts';
import { sessionTooltip } from './sessionTooltip.ts';

export interface SessionRowOptions {
  readonly nowMs: number;
  readonly t: Translate;
  readonly parent: string | undefined;
  /** What people call an agent that is started by an id. */
  readonly nameOf: (agent: string) => string;
  /** Set where there are several roots. */
  readonly rootName?: string | undefined;
}

interface Look {
  readonly icon: string;
  readonly color: string | undefined;
}

const looks: Readonly<Record<SessionWord, Look>> = {
  running: { icon: 'play-circle', color: 'charts.green' },
  paused: { icon: 'question', color: 'notificationsWarningIcon.foreground' },
  cancelling: { icon: 'stop-circle', color: 'charts.yellow' },
  done: { icon: 'pass', color: undefined },
  cancelled: { icon: 'circle-slash', color: 'disabledForeground' },
  failed: { icon: 'error', color: 'charts.red' },
};

const maxLabelLength = 32;
const maxStepLength = 60;

/** A session: what it is called, what it is at, how far it has come, who works on it. */
export function sessionRow(session: ListedSession, options: SessionRowOptions): TreeRow {
  const { t, parent } = options;
  const { root, record, digest } = session;
  const { sessionId } = record.header;
  const word = sessionWord(record.state, digest.cancelReason);
  const name = sessionName(session, t);
  const parts = descriptionParts(session, options);
  return {
    id: toSessionElement({ root, sessionId }),
    parent,
    // A long name would leave no room for what the session is at.
    label: toPlainLine(name, maxLabelLength),
    description: parts.join(' · '),
    ...looks[word],
    contextValue: contextValue(session, word),
    tooltip: sessionTooltip(session, options),
    children: [],
    isExpanded: false,
    hasDetails: true,
    accessibleText: [name, sessionWordText(word, t), ...parts].join(', '),
  };
}

function descriptionParts(session: ListedSession, options: SessionRowOptions): readonly string[] {
  const { record, digest } = session;
  const { t, nameOf, nowMs, rootName } = options;
  const { plan } = digest;
  const agent = runOf(session)?.agent;
  const isOpen = groupOf(session) !== 'ended';
  const parts = [
    toPlainLine(stepText(record, digest, t), maxStepLength),
    isOpen && plan ? planText(plan, t) : undefined,
    sessionUsageText(digest.usage, t),
    timeText(session, { nowMs, t }),
    agent === undefined ? undefined : toPlainLine(nameOf(agent), 40),
    rootName,
  ];
  return parts.filter((part) => part !== undefined).filter((part) => part !== '');
}

/** How long it has run; of what has ended, how long ago that was. */
export function timeText(
  { record }: Pick<ListedSession, 'record'>,
  { nowMs, t }: Pick<SessionRowOptions, 'nowMs' | 't'>,
): string {
  const endMs = endedAtMs(record.state);
  return endMs === undefined
    ? coarseDuration(nowMs - record.header.createdAtMs)
    : t('{0} ago', coarseDuration(nowMs - endMs));
}

/** `heddle.session+running`, `heddle.session+ended+done`: what `when` clauses match. */
function contextValue(session: ListedSession, word: SessionWord): string {
  const flags = [groupOf(session) === 'ended' ? 'ended' : 'open', word];
  if (session.digest.entryId !== undefined) flags.push('entry');
  const { state } = session.record;
  if (state.state === 'failed' && isLogInNeeded(state.failure)) flags.push('login');
  return ['heddle.session', ...flags].join('+');
}
