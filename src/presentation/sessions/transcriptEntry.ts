import type { CancelReason } from '../../core/sessions/cancellation.ts';
import type { TerminalOutcome } from '../../core/sessions/executionState.ts';
import type { BoundedText } from './boundedText.ts';
import type { ShownQuestion } from './shownQuestion.ts';
import { toolSize, type ShownTool } from './shownTool.ts';

/** What all entries of a transcript have. */
export interface EntryBase {
  /** The number of its first event; nothing else in the transcript has it. */
  readonly id: number;
  readonly atMs: number;
  /** It happened in an earlier session and was told again. */
  readonly isReplayed: boolean;
}

/** What came of questions. */
export type QuestionEnd =
  | { readonly kind: 'open' }
  /** They are not asked any more, and nobody has answered them. */
  | { readonly kind: 'withdrawn' }
  | {
      readonly kind: 'answered';
      readonly by: string | undefined;
      readonly atMs: number;
      /** One for each question, in their order; undefined where somebody declined to answer. */
      readonly answers: readonly (string | undefined)[];
    };

/** Something in the course of a session, ready to be shown. */
export type TranscriptEntry =
  | (EntryBase & {
      readonly kind: 'message';
      readonly role: 'agent' | 'user';
      readonly text: BoundedText;
      /** It goes on with the message before it, in the middle of a block of code with this fence. */
      readonly fence?: string | undefined;
    })
  | (EntryBase & { readonly kind: 'thought'; readonly text: BoundedText })
  | (EntryBase & {
      readonly kind: 'tool';
      readonly tool: ShownTool;
      /** When it was told of for the last time. */
      readonly changedAtMs: number;
    })
  | (EntryBase & {
      readonly kind: 'question';
      readonly questions: readonly ShownQuestion[];
      readonly end: QuestionEnd;
    })
  | (EntryBase & { readonly kind: 'note'; readonly title: string; readonly text: BoundedText })
  | (EntryBase & { readonly kind: 'cancel'; readonly reason: CancelReason })
  | (EntryBase & { readonly kind: 'end'; readonly outcome: TerminalOutcome })
  /** So many events are not known. */
  | (EntryBase & { readonly kind: 'missing'; readonly count: number });

/** What an entry takes besides its texts. */
const entrySize = 200;

/** About how much memory an entry takes, in characters. */
export function entrySizeOf(entry: TranscriptEntry): number {
  switch (entry.kind) {
    case 'message':
    case 'thought':
    case 'note':
      return entrySize + entry.text.text.length;
    case 'tool':
      return entrySize + toolSize(entry.tool);
    case 'question':
      return entry.questions.reduce(
        (sum, { text, tool }) => sum + text.text.length + (tool ? toolSize(tool) : 0),
        entrySize,
      );
    default:
      return entrySize;
  }
}
