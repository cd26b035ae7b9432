import type { ActivityEvent, ActivityParty } from '../core/activity/activityEvent.ts';
import { pathsText } from './activityWording.ts';
import { inEnglish, type Translate } from './agentWording.ts';
import { toPlainLine } from './plainText.ts';
import { incidentParties, type Incident } from './violationHistory.ts';

export interface IncidentWords {
  readonly t?: Translate | undefined;
  /** How somebody of the log is called who is still known; undefined for those who are not. */
  readonly nameOf?: ((party: ActivityParty) => string | undefined) | undefined;
}

const maxNameLength = 60;
const maxCommandLength = 160;

/** Who a party is. */
export function partyText(party: ActivityParty | undefined, words: IncidentWords): string {
  const { t = inEnglish, nameOf } = words;
  const known = party && nameOf?.(party);
  const name = known ?? toPlainLine(party?.name ?? '', maxNameLength);
  return name === '' ? t('somebody') : name;
}

/** Who stands against the doer; two of one name must not read as one. */
function holderText(event: ActivityEvent, words: IncidentWords): string {
  const { t = inEnglish } = words;
  const { doer, holder } = incidentParties(event);
  const name = partyText(holder, words);
  const isNamesake = holder !== undefined && name === partyText(doer, words);
  return isNamesake && name !== t('somebody') ? t('another {0}', name) : name;
}

/** What happened to the file of the row, in parts: `Codex was refused`, `held by Claude Code`. */
export function incidentParts(event: ActivityEvent, words: IncidentWords): readonly string[] {
  const { t = inEnglish } = words;
  const { doer } = incidentParties(event);
  const who = partyText(doer, words);
  switch (event.kind) {
    case 'lock-refused':
      return event.cause === 'waiting-first'
        ? [t('{0} was refused', who), t('{0} was waiting first', holderText(event, words))]
        : [t('{0} was refused', who), t('held by {0}', holderText(event, words))];
    case 'edit-unguarded':
      return [t('{0} edited it unguarded', who)];
    default: {
      const what =
        event.cause === 'shell' ? t('{0} changed it in a shell', who) : t('{0} edited it', who);
      return [what, t('held by {0}', holderText(event, words))];
    }
  }
}

/** The same as one sentence with all its paths. */
export function incidentSentence(event: ActivityEvent, words: IncidentWords): string {
  const { t = inEnglish } = words;
  const { doer } = incidentParties(event);
  const who = partyText(doer, words);
  const paths = pathsText(event, t);
  switch (event.kind) {
    case 'lock-refused':
      return event.cause === 'waiting-first'
        ? t('{0} was refused {1}: {2} was waiting first.', who, paths, holderText(event, words))
        : t('{0} was refused {1}, which {2} holds.', who, paths, holderText(event, words));
    case 'edit-unguarded':
      return t('{0} edited {1} although its hook could not look who holds it.', who, paths);
    default:
      return event.cause === 'shell'
        ? t(
            'A shell command of {0} changed {1}, which {2} holds.',
            who,
            paths,
            holderText(event, words),
          )
        : t('{0} edited {1}, which {2} holds.', who, paths, holderText(event, words));
  }
}

/** The command of a shell write; undefined for everything else. */
export function incidentCommand({ cause, reason }: ActivityEvent): string | undefined {
  if (cause !== 'shell' || reason === undefined) return undefined;
  const line = toPlainLine(reason, maxCommandLength);
  return line === '' ? undefined : line;
}

/** What is told when violations happen, all that come together in one text. */
export function violationNotice(
  violations: readonly Pick<Incident, 'event'>[],
  words: IncidentWords,
): string {
  const { t = inEnglish } = words;
  const [first] = violations;
  if (first === undefined) return '';
  const files = new Set(violations.flatMap(({ event }) => event.paths));
  const more = files.size - new Set(first.event.paths).size;
  const sentence = incidentSentence(first.event, words);
  if (more <= 0) return sentence;
  const rest =
    more === 1
      ? t('1 more file was changed past the locks.')
      : t('{0} more files were changed past the locks.', more);
  return `${sentence} ${rest}`;
}
