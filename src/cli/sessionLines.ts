import type { Transcript } from '../presentation/sessions/transcript.ts';
import type { RecordedSession } from '../core/sessions/recoverSession.ts';
import { shortDuration } from '../presentation/duration.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import { planText } from '../presentation/sessions/planProgress.ts';
import type { SessionDigest } from '../presentation/sessions/sessionDigest.ts';
import { endedAtMs } from '../presentation/sessions/sessionJson.ts';
import { stepText } from '../presentation/sessions/sessionStep.ts';
import { sessionContextText, sessionUsageText } from '../presentation/sessions/sessionUsage.ts';
import {
  sessionWord,
  sessionWordText,
  type SessionWord,
} from '../presentation/sessions/sessionWords.ts';
import { shownText } from '../presentation/sessions/boundedText.ts';
import { alignColumns, type Span, type TextLine, type Tone } from './textLine.ts';

/** A session and what a list shows of it. */
export interface ListedSession {
  readonly record: RecordedSession;
  readonly digest: SessionDigest;
}

const maxPromptLength = 60;
const maxStepLength = 60;

/** Sessions as aligned columns with a heading. */
export function sessionTable(
  sessions: readonly ListedSession[],
  nowMs: number,
): readonly TextLine[] {
  if (sessions.length === 0) return [];
  const heading = ['STATE', 'AGENT', 'AGE', 'SESSION', 'PROMPT', 'NOW'];
  return alignColumns([
    heading.map((text): Span => ({ text, tone: 'faint' })),
    ...sessions.map((session) => sessionCells(session, nowMs)),
  ]);
}

function sessionCells({ record, digest }: ListedSession, nowMs: number): readonly Span[] {
  const { header, state } = record;
  const { spec, createdAtMs, sessionId } = header;
  return [
    sessionStateSpan({ record, digest }),
    { text: agentOf(record) },
    { text: shortDuration(nowMs - (endedAtMs(state) ?? createdAtMs)) },
    { text: sessionId },
    { text: spec.kind === 'run' ? toPlainLine(spec.prompt, maxPromptLength) : '-' },
    { text: toPlainLine(stepText(record, digest), maxStepLength), tone: 'faint' },
  ];
}

/** The state of a session in its colour. */
export function sessionStateSpan({ record, digest }: ListedSession): Span {
  const word = sessionWord(record.state, digest.cancelReason);
  return { text: sessionWordText(word), tone: toneOf(word) };
}

function toneOf(word: SessionWord): Tone {
  switch (word) {
    case 'running':
      return 'good';
    case 'paused':
    case 'cancelling':
      return 'doubtful';
    case 'failed':
      return 'bad';
    case 'done':
    case 'cancelled':
      return 'faint';
  }
}

/** `claude`, or `reviewer (claude)` for an agent with a name of its own. */
function agentOf({ header: { spec } }: RecordedSession): string {
  if (spec.kind !== 'run') return '-';
  const agent = toPlainLine(spec.agent, 40);
  return spec.identity === undefined ? agent : `${spec.identity} (${agent})`;
}

/** `session-abc  claude  running`, then what it is told, and what was said of it so far. */
export function sessionHeading(transcript: Transcript): readonly TextLine[] {
  const { record, digest } = transcript;
  return [
    [
      { text: record.header.sessionId, tone: 'strong' },
      { text: `  ${agentOf(record)}  ` },
      sessionStateSpan({ record, digest }),
    ],
    ...shownText(transcript.prompt)
      .split('\n')
      .map((line): TextLine => [{ text: `  ${line}`, tone: 'faint' }]),
  ];
}

/** What a session is in figures. */
export function sessionFigures(transcript: Transcript, nowMs: number): readonly TextLine[] {
  const { record, digest } = transcript;
  const { header, state } = record;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Folder', toPlainLine(digest.cwd, 4096)],
    ['Time', shortDuration((endedAtMs(state) ?? nowMs) - header.createdAtMs)],
    ['Plan', digest.plan && planText(digest.plan)],
    ['Tool calls', digest.toolCalls === 0 ? undefined : String(digest.toolCalls)],
    ['Usage', sessionUsageText(digest.usage)],
    ['Context', sessionContextText(digest.usage)],
    ['Agent entry', digest.entryId && toPlainLine(digest.entryId)],
  ];
  return alignColumns(
    rows.flatMap(([label, value]): readonly (readonly Span[])[] =>
      value === undefined || value === ''
        ? []
        : [[{ text: `  ${label}`, tone: 'faint' }, { text: value }]],
    ),
  );
}
