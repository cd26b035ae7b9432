import { planText, type ShownPlan } from '../presentation/sessions/planProgress.ts';
import { shownText } from '../presentation/sessions/boundedText.ts';
import { isToolOver } from '../presentation/sessions/shownTool.ts';
import type { Transcript } from '../presentation/sessions/transcript.ts';
import type { TranscriptEntry } from '../presentation/sessions/transcriptEntry.ts';
import type { Output } from './output.ts';
import {
  entryLines,
  questionEndLines,
  questionLines,
  spokenLine,
  toolEndLines,
  toolLine,
} from './sessionEntryLines.ts';
import type { TextLine } from './textLine.ts';

type Spoken = Extract<TranscriptEntry, { readonly kind: 'message' | 'thought' }>;
type QuestionEntry = Extract<TranscriptEntry, { readonly kind: 'question' }>;
type ToolEntry = Extract<TranscriptEntry, { readonly kind: 'tool' }>;

/** Prints what is new of a transcript, line by line, and nothing twice. */
export class TranscriptPrinter {
  /** The newest entry of which something was printed. */
  private lastId = 0;
  /** What was printed last; a line about something else says what it is about. */
  private lastPrintedId = 0;
  /** How much of the last entry was printed, in characters. */
  private spokenLength = 0;
  /** Questions and tool calls of which the end was not printed. */
  private readonly open = new Set<number>();
  private plan: ShownPlan | undefined;

  constructor(private readonly output: Pick<Output, 'lines'>) {}

  /** Prints what happened since the last call. Texts are printed when their lines are whole. */
  show(transcript: Transcript): void {
    const { entries, digest, droppedEntries } = transcript;
    if (this.lastId === 0 && droppedEntries > 0) {
      this.output.lines([`… ${droppedEntries} earlier entries are not kept`]);
    }
    this.showPlan(digest.plan);
    for (const [i, entry] of entries.entries()) {
      if (entry.id < this.lastId && !this.open.has(entry.id)) continue;
      this.showEntry(entry, i === entries.length - 1);
    }
  }

  private showEntry(entry: TranscriptEntry, isLast: boolean): void {
    const isNew = entry.id > this.lastId;
    if (isNew) {
      this.lastId = entry.id;
      this.spokenLength = 0;
    }
    switch (entry.kind) {
      case 'message':
      case 'thought':
        this.showSpoken(entry, isLast);
        return;
      case 'tool':
        this.showTool(entry, isNew);
        return;
      case 'question':
        this.showQuestion(entry, isNew);
        return;
      default:
        if (isNew) this.print(entry, entryLines(entry));
    }
  }

  private showSpoken(entry: Spoken, isLast: boolean): void {
    if (entry.id !== this.lastId) return;
    const text = shownText(entry.text);
    const end = isLast ? text.lastIndexOf('\n') + 1 : text.length;
    if (end <= this.spokenLength) return;
    const piece = text.slice(this.spokenLength, end).replace(/\n$/, '');
    this.spokenLength = end;
    this.print(
      entry,
      piece.split('\n').map((line) => spokenLine(entry, line)),
    );
  }

  private showQuestion(entry: QuestionEntry, isNew: boolean): void {
    if (isNew) {
      this.print(entry, questionLines(entry.questions));
      this.open.add(entry.id);
    }
    if (this.isOver(entry.id, entry.end.kind !== 'open')) {
      this.print(entry, questionEndLines(entry));
    }
  }

  private showTool(entry: ToolEntry, isNew: boolean): void {
    const { tool } = entry;
    if (isNew) {
      this.print(entry, [toolLine(tool)]);
      this.open.add(entry.id);
    }
    if (!this.isOver(entry.id, isToolOver(tool))) return;
    const lines = toolEndLines(tool);
    if (lines.length === 0) return;
    // Something else was printed since it began.
    const heading = this.lastPrintedId === entry.id ? [] : [toolLine(tool)];
    this.print(entry, [...heading, ...lines]);
  }

  /** True once, when something that was open is over. */
  private isOver(id: number, isOver: boolean): boolean {
    return isOver && this.open.delete(id);
  }

  private showPlan(plan: ShownPlan | undefined): void {
    const { plan: before } = this;
    this.plan = plan;
    if (plan === undefined || before === plan) return;
    if (
      before?.done === plan.done &&
      before.total === plan.total &&
      before.current === plan.current
    ) {
      return;
    }
    const current = plan.current === undefined ? '' : ` · ${plan.current}`;
    this.lastPrintedId = 0;
    this.output.lines([[{ text: `Plan: ${planText(plan)}${current}`, tone: 'faint' }]]);
  }

  private print({ id }: TranscriptEntry, lines: readonly TextLine[]): void {
    this.lastPrintedId = id;
    this.output.lines(lines);
  }
}
