import type { ActivityEvent, ActivityParty } from '../core/activity/activityEvent.ts';
import { ownThread } from '../core/agents/agentEntry.ts';
import { inEnglish, type Translate } from './agentWording.ts';
import { toPlainLine } from './plainText.ts';

const maxNameLength = 60;
const maxThreadLength = 80;
const maxPathLength = 120;
const maxReasonLength = 300;
const maxListedPaths = 3;

/** Who did it, or to whom it happened. */
export function activityWho({ actor }: ActivityEvent, t: Translate = inEnglish): string {
  return partyName(actor, t);
}

/** What happened, to be read after the name: `locked src/app.ts`. */
export function activityWhat(event: ActivityEvent, t: Translate = inEnglish): string {
  switch (event.kind) {
    case 'thread-reserved':
    case 'thread-refused':
    case 'thread-released':
    case 'agent-reaped':
    case 'reap-undone':
      return threadText({ ...event, kind: event.kind }, t);
    case 'file-edited':
      return t('edited {0}', pathsText(event, t));
    case 'edit-unguarded':
      return t('edited {0} unguarded', pathsText(event, t));
    case 'other':
      return [toPlainLine(event.otherKind ?? '', maxNameLength), pathsText(event, t)]
        .filter((part) => part !== '')
        .join(' ');
    default:
      return lockText({ ...event, kind: event.kind }, t);
  }
}

/** Why, in the words of whoever did it and as far as the rules know; empty when nothing is known. */
export function activityWhy({ cause, reason }: ActivityEvent, t: Translate = inEnglish): string {
  const parts = [
    cause === undefined ? '' : causeText(cause, t),
    toPlainLine(reason ?? '', maxReasonLength),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** Up to three paths, and how many more there are. */
export function pathsText(
  { paths, pathCount = paths.length }: Pick<ActivityEvent, 'paths' | 'pathCount'>,
  t: Translate = inEnglish,
): string {
  const listed = paths.slice(0, maxListedPaths).map((path) => toPlainLine(path, maxPathLength));
  const more = pathCount - listed.length;
  return more > 0 ? t('{0} and {1} more', listed.join(', '), more) : listed.join(', ');
}

type KindsOf<Start extends string> = Extract<ActivityEvent['kind'], `${Start}-${string}`>;
type EventOf<Kind> = Omit<ActivityEvent, 'kind'> & { readonly kind: Kind };

function threadText(event: EventOf<KindsOf<'thread' | 'agent' | 'reap'>>, t: Translate): string {
  const { actor, thread = '' } = event;
  const name = toPlainLine(thread, maxThreadLength);
  // Who merely registered has no thread that would mean anything to anybody.
  const isOwn = thread === '' || thread === ownThread(actor.sessionId ?? '');
  switch (event.kind) {
    case 'thread-reserved':
      return t('reserved thread {0}', name);
    case 'thread-refused':
      return t('was refused thread {0}, held by {1}', name, partyName(event.other, t));
    case 'thread-released':
      return isOwn ? t('ended') : t('released thread {0}', name);
    case 'agent-reaped':
      return isOwn ? t('was found dead') : t('was found dead and lost thread {0}', name);
    case 'reap-undone':
      return isOwn ? t('is active again') : t('is active again on thread {0}', name);
  }
}

function lockText(event: EventOf<KindsOf<'lock'>>, t: Translate): string {
  const { other, mode, cause } = event;
  const paths = pathsText(event, t);
  const otherName = partyName(other, t);
  switch (event.kind) {
    case 'lock-granted':
      return mode === 'shared' ? t('locked {0}, shared', paths) : t('locked {0}', paths);
    case 'lock-refused':
      return cause === 'waiting-first'
        ? t('was refused {0}: {1} was waiting first', paths, otherName)
        : t('was refused {0}, held by {1}', paths, otherName);
    case 'lock-waited':
      return t('waits for {0}, held by {1}', paths, otherName);
    case 'lock-released':
      return other === undefined
        ? t('released {0}', paths)
        : t('no longer holds {0}, released by {1}', paths, otherName);
    case 'lock-expired':
      return t('no longer holds {0}: the lock expired', paths);
    case 'lock-reaped':
      return t('no longer holds {0}: the lock was reaped', paths);
    case 'lock-broken':
      return t('lost {0}, broken by {1}', paths, otherName);
    case 'lock-saved-over':
      return t('holds {0}, saved over by {1}', paths, otherName);
  }
}

function partyName(party: ActivityParty | undefined, t: Translate): string {
  const name = toPlainLine(party?.name ?? '', maxNameLength);
  return name === '' ? t('somebody') : name;
}

/** Words of newer versions are shown as they are. */
function causeText(cause: string, t: Translate): string {
  switch (cause) {
    case 'ttl':
      return t('its time was over');
    case 'silent':
      return t('it was silent for too long');
    case 'gone':
      return t('its process is gone');
    case 'reused':
      return t('its process is another one now');
    case 'rebooted':
      return t('the machine was started again');
    case 'impossible-pid':
      return t('its process cannot exist');
    case 'age-cap':
      return t('it was kept for too long');
    case 'waiting-first':
      // Said with who it was.
      return '';
    case 'deadlock':
      return t('they would have waited for each other');
    case 'ended':
      return t('its turn was over');
    case 'interrupted':
      return t('a person stopped it');
    case 'quiet':
      return t('nothing was heard of it for too long');
    case 'unanswered':
      return t('it waited too long for a person');
    case 'shell':
      return t('by a shell command');
    case 'unguarded':
      return t('by an edit that nobody could refuse');
    case 'complete':
      return t('complete');
    case 'merged':
      return t('merged');
    case 'abandoned':
      return t('abandoned');
    default:
      return toPlainLine(cause, maxNameLength);
  }
}
