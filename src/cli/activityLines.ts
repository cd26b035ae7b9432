import type { ActivityEvent } from '../core/activity/activityEvent.ts';
import { activityWhat, activityWho, activityWhy } from '../presentation/activityWording.ts';
import { localTime } from '../presentation/duration.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import { alignColumns, type Span, type TextLine, type Tone } from './textLine.ts';

const maxIdLength = 64;

/** One line for each event, in columns: when, who, what, why. */
export function activityLines(events: readonly ActivityEvent[]): readonly TextLine[] {
  return alignColumns(
    events.map((event): readonly Span[] => [
      { text: localTime(event.atMs), tone: 'faint' },
      { text: whoText(event) },
      { text: activityWhat(event), tone: toneOf(event) },
      { text: activityWhy(event), tone: 'faint' },
    ]),
  );
}

/** The name, and the session or the number by which the other verbs know who it is. */
function whoText(event: ActivityEvent): string {
  const { sessionId, holderId } = event.actor;
  const name = activityWho(event);
  const id = sessionId ?? (holderId === undefined ? undefined : `#${holderId}`);
  return id === undefined || id === name ? name : `${name} (${toPlainLine(id, maxIdLength)})`;
}

function toneOf({ kind }: ActivityEvent): Tone | undefined {
  switch (kind) {
    case 'thread-reserved':
    case 'reap-undone':
    case 'lock-granted':
      return 'good';
    case 'thread-refused':
    case 'lock-refused':
    case 'lock-waited':
    case 'lock-saved-over':
    case 'edit-unguarded':
      return 'doubtful';
    case 'agent-reaped':
    case 'lock-reaped':
    case 'lock-broken':
      return 'bad';
    case 'thread-released':
    case 'lock-released':
    case 'lock-expired':
    case 'file-edited':
    case 'other':
      return undefined;
  }
}
