import {
  cancelSentence,
  endSentence,
  givenAnswersText,
  shownFailure,
} from '../presentation/sessions/sessionWords.ts';
import { shownText } from '../presentation/sessions/boundedText.ts';
import { diffLines, diffSummary } from '../presentation/sessions/diffLines.ts';
import {
  optionHint,
  questionLine,
  type ShownQuestion,
} from '../presentation/sessions/shownQuestion.ts';
import {
  isToolOver,
  toolText,
  type FileChange,
  type ShownTool,
} from '../presentation/sessions/shownTool.ts';
import type { TranscriptEntry } from '../presentation/sessions/transcriptEntry.ts';
import { alignColumns, type Span, type TextLine, type Tone } from './textLine.ts';

const maxDiffLines = 60;
const maxOutputLines = 20;
const indent = '  ';

type EntryOf<Kind> = Extract<TranscriptEntry, { readonly kind: Kind }>;

/** An entry of a transcript, whole, as lines for a terminal. */
export function entryLines(entry: TranscriptEntry): readonly TextLine[] {
  switch (entry.kind) {
    case 'message':
    case 'thought':
      return shownText(entry.text)
        .trimEnd()
        .split('\n')
        .map((line) => spokenLine(entry, line));
    case 'tool':
      return [toolLine(entry.tool), ...toolEndLines(entry.tool)];
    case 'question':
      return [...questionLines(entry.questions), ...questionEndLines(entry)];
    case 'note':
      return noteLines(entry);
    case 'cancel':
      return [[{ text: cancelSentence(entry.reason), tone: 'doubtful' }]];
    case 'end':
      return endLines(entry);
    case 'missing':
      return [[{ text: `… ${entry.count} events are not known`, tone: 'doubtful' }]];
  }
}

/** A line of what somebody says or thinks. */
export function spokenLine(entry: EntryOf<'message'> | EntryOf<'thought'>, line: string): TextLine {
  const isOwn = entry.kind === 'message' && entry.role === 'agent' && !entry.isReplayed;
  return isOwn ? line : [{ text: line, tone: 'faint' }];
}

/** What a tool call does. */
export function toolLine(tool: ShownTool): TextLine {
  return [{ text: '> ', tone: 'faint' }, { text: toolText(tool) }];
}

/** What came of a tool call; nothing while it goes on, or when there is nothing to say. */
export function toolEndLines(tool: ShownTool): readonly TextLine[] {
  if (!isToolOver(tool)) return [];
  const isFailed = tool.status === 'failed';
  return [
    ...(isFailed ? [[{ text: `${indent}failed`, tone: 'bad' as const }]] : []),
    ...tool.changes.map(changeLine),
    ...(isFailed ? outputLines(tool) : []),
  ];
}

function changeLine(change: FileChange): TextLine {
  const { shown, oldText, newText, isTooLong } = change;
  if (isTooLong) return `${indent}${shown}  too long to be shown`;
  const summary = diffSummary(diffLines(oldText, newText, { maxLines: 0 }));
  const isNew = oldText === undefined ? '  new file' : '';
  return [{ text: `${indent}${shown}  ` }, { text: `${summary}${isNew}`, tone: 'faint' }];
}

function outputLines({ output }: ShownTool): readonly TextLine[] {
  const lines = shownText(output).trimEnd().split('\n');
  const more = lines.length - maxOutputLines;
  const shown = lines.slice(0, maxOutputLines).map((line) => faint(`${indent}${line}`));
  if (lines.join('') === '') return [];
  return more > 0 ? [...shown, faint(`${indent}… and ${more} more lines`)] : shown;
}

/** What is asked, what it would change, and the answers that are offered, with their numbers. */
export function questionLines(questions: readonly ShownQuestion[]): readonly TextLine[] {
  return questions.flatMap((question): readonly TextLine[] => [
    [
      { text: '? ', tone: 'doubtful' },
      { text: questionLine(question), tone: 'strong' },
    ],
    ...(question.tool?.changes.flatMap(diffOf) ?? []),
    ...(question.url === undefined ? [] : [`${indent}${question.url}`]),
    ...optionLines(question),
    ...fieldLines(question),
  ]);
}

function optionLines({ options = [] }: ShownQuestion): readonly TextLine[] {
  return alignColumns(
    options.map(({ label, kind }, i): readonly Span[] => [
      { text: `${indent}${i + 1}` },
      { text: label },
      { text: optionHint(kind) ?? '', tone: 'faint' },
    ]),
  );
}

function fieldLines({ fields = [] }: ShownQuestion): readonly TextLine[] {
  return fields.map(({ name, label, description, isRequired, choices }) => {
    const values = choices.map(({ value }) => value).join(', ');
    const more = [
      description,
      isRequired ? 'required' : undefined,
      values === '' ? undefined : values,
    ];
    const known = more.filter((part) => part !== undefined).join(' · ');
    const title = label === name ? name : `${name} (${label})`;
    return known === '' ? `${indent}${title}` : `${indent}${title}: ${known}`;
  });
}

function diffOf(change: FileChange): readonly TextLine[] {
  const { oldText, newText, isTooLong } = change;
  if (isTooLong) return [changeLine(change)];
  const { lines, more } = diffLines(oldText, newText, { maxLines: maxDiffLines });
  return [
    changeLine(change),
    ...lines.map(({ sign, text }): TextLine =>
      sign === 'gap'
        ? faint(`${indent}${indent}…`)
        : [{ text: `${indent}${indent}${sign} ${text}`, tone: signTones[sign] }],
    ),
    ...(more > 0 ? [faint(`${indent}${indent}… and ${more} more lines`)] : []),
  ];
}

const signTones: Readonly<Record<' ' | '+' | '-', Tone>> = {
  ' ': 'faint',
  '+': 'good',
  '-': 'bad',
};

/** What came of questions; nothing while they are open. */
export function questionEndLines({ end }: EntryOf<'question'>): readonly TextLine[] {
  switch (end.kind) {
    case 'open':
      return [];
    case 'withdrawn':
      return [faint(`${indent}The question is not asked any more.`)];
    case 'answered':
      return [faint(`${indent}${givenAnswersText(end)}`)];
  }
}

function noteLines({ title, text }: EntryOf<'note'>): readonly TextLine[] {
  const lines = shownText(text).trimEnd().split('\n');
  const [first = '', ...more] = lines;
  const heading = title === '' ? 'Note' : title;
  return [
    [{ text: `${heading}: `, tone: 'doubtful' }, { text: first }],
    ...more.map((line) => `${indent}${line}`),
  ];
}

/** How a session ended, and what is known of a failure. Why it was cancelled was said before. */
function endLines({ outcome }: EntryOf<'end'>): readonly TextLine[] {
  switch (outcome.state) {
    case 'done':
      return [[{ text: endSentence(outcome) ?? '', tone: 'good' }]];
    case 'cancelled':
      return [[{ text: 'It has stopped.', tone: 'doubtful' }]];
    case 'failed': {
      const { ending, stderr } = shownFailure(outcome.failure);
      return [
        [{ text: endSentence(outcome) ?? '', tone: 'bad' }],
        ...(ending === undefined ? [] : [`${indent}${ending}`]),
        ...(stderr === '' ? [] : stderr.split('\n').map((line) => faint(`${indent}${line}`))),
      ];
    }
  }
}

function faint(text: string): TextLine {
  return [{ text, tone: 'faint' }];
}
