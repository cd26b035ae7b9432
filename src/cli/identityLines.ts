import type { ListedIdentity } from '../core/identities/listedIdentity.ts';
import type { HistoryEntry } from '../node/identities/historyEntry.ts';
import { localTime } from '../presentation/duration.ts';
import { historyText } from '../presentation/identities/historyWords.ts';
import {
  addressabilityText,
  failureSentence,
  identityName,
  identityWord,
  identityWordText,
  leaseHolderText,
  leaseText,
  listedProblemText,
  type IdentityWord,
} from '../presentation/identities/identityWords.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import { alignColumns, type Span, type TextLine, type Tone } from './textLine.ts';

const maxCellLength = 40;
const maxNowLength = 60;
const maxValueLength = 2000;

/** Named agents as aligned columns with a heading. */
export function identityTable(identities: readonly ListedIdentity[]): readonly TextLine[] {
  if (identities.length === 0) return [];
  const heading = ['STATE', 'IDENTITY', 'AGENT', 'GEN', 'CHECKPOINT', 'WAITING', 'OWNER', 'NOW'];
  return alignColumns([
    heading.map((text): Span => ({ text, tone: 'faint' })),
    ...identities.map(cells),
  ]);
}

function cells(listed: ListedIdentity): readonly Span[] {
  const { identity, spec, generation, checkpointVersion, waitingMessages, lease } = listed;
  return [
    identityStateSpan(listed),
    { text: identity },
    { text: spec === undefined ? '-' : toPlainLine(spec.profile, maxCellLength) },
    { text: generation === undefined ? '-' : String(generation) },
    { text: checkpointVersion === undefined ? '-' : String(checkpointVersion) },
    { text: waitingMessages === 0 ? '-' : String(waitingMessages) },
    { text: lease ? toPlainLine(leaseHolderText(lease.holder), maxCellLength) : '-' },
    { text: toPlainLine(nowText(listed), maxNowLength), tone: 'faint' },
  ];
}

function nowText({ failure, problems, lastOutput, session }: ListedIdentity): string {
  const [problem] = problems;
  if (failure) return failure.detail;
  if (problem) return problem.problem;
  if (session?.isRunning === true) return session.sessionId;
  return lastOutput ?? '';
}

/** The state of an agent in its colour. */
export function identityStateSpan(listed: ListedIdentity): Span {
  const word = identityWord(listed);
  return { text: identityWordText(word), tone: toneOf(word) };
}

function toneOf(word: IdentityWord): Tone {
  switch (word) {
    case 'idle':
    case 'working':
      return 'good';
    case 'elsewhere':
    case 'suspended':
    case 'retiring':
      return 'doubtful';
    case 'broken':
    case 'unusable':
      return 'bad';
    case 'never-started':
    case 'asleep':
      return 'faint';
  }
}

/** `reviewer  claude  asleep`. */
export function identityHeading(listed: ListedIdentity): TextLine {
  const agent = listed.spec === undefined ? '-' : toPlainLine(listed.spec.profile, maxCellLength);
  return [
    { text: listed.identity, tone: 'strong' },
    { text: `  ${agent}  ` },
    identityStateSpan(listed),
  ];
}

/** Everything that is known of an agent, for people. */
export function identitySheet(listed: ListedIdentity): readonly TextLine[] {
  const { identity, spec, record, lease, failure, session, specPath } = listed;
  const name = identityName(listed);
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Name', name === identity ? undefined : name],
    ['Messages', spec && addressabilityText(spec.addressability)],
    ['Peers', listed.peers.join(', ')],
    ['Labels', spec && labelsText(spec.labels)],
    ['Owner', leaseText(lease)],
    ['Conversation', record?.sessionId],
    ['Generation', record && String(record.generation)],
    ['Checkpoint', listed.checkpointVersion?.toString()],
    ['Session', session && `${session.sessionId}${session.isRunning ? ' (running)' : ''}`],
    ['Waiting', listed.waitingMessages > 0 ? String(listed.waitingMessages) : undefined],
    ['Last said', listed.lastOutput],
    ['File', specPath],
  ];
  return [
    identityHeading(listed),
    ...alignColumns(
      rows.flatMap(([label, value]): readonly (readonly Span[])[] =>
        value === undefined || value === ''
          ? []
          : [[{ text: `  ${label}`, tone: 'faint' }, { text: toPlainLine(value, maxValueLength) }]],
      ),
    ),
    ...(failure ? [badLine(failureSentence(failure))] : []),
    ...listed.problems.map((problem) => badLine(listedProblemText(problem))),
  ];
}

function badLine(text: string): TextLine {
  return [{ text: `  ${text}`, tone: 'bad' }];
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}

/** What happened, a line for each. */
export function historyLines(entries: readonly HistoryEntry[]): readonly TextLine[] {
  return entries.map((entry): TextLine => [
    { text: `  ${localTime(entry.atMs)}  `, tone: 'faint' },
    { text: historyText(entry) },
  ]);
}
