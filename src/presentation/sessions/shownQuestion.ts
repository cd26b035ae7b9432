import type { OptionKind, PausePrompt } from '../../core/sessions/pause.ts';
import type { QueryAnswer } from '../../core/sessions/resumePayload.ts';
import { inEnglish, type Translate } from '../agentWording.ts';
import { toMessageText, toPlainLine } from '../plainText.ts';
import { boundedText, type BoundedText } from './boundedText.ts';
import { formFields, type FormField } from './questionForm.ts';
import { filesOf, shownTool, type ShownTool } from './shownTool.ts';

/** One of the answers that are offered. */
export interface ShownOption {
  /** Raw, for answering with it. */
  readonly id: string;
  readonly label: string;
  readonly kind: OptionKind | undefined;
}

/** A question, ready to be shown. */
export interface ShownQuestion {
  readonly queryId: string;
  readonly text: BoundedText;
  /** Undefined when the answer is a text or a form. */
  readonly options: readonly ShownOption[] | undefined;
  /** The tool call that is to be allowed. */
  readonly tool: ShownTool | undefined;
  /** The form that is to be filled in. */
  readonly fields: readonly FormField[] | undefined;
  /** The web page on which something is to be done. */
  readonly url: string | undefined;
}

const maxTextLength = 10_000;
const maxLabelLength = 200;
const maxAnswerLength = 500;
const maxMessageLength = 300;

export function shownQuestion(
  { queryId, text, options, subject }: PausePrompt,
  cwd: string,
): ShownQuestion {
  return {
    queryId,
    text: boundedText(text, maxTextLength),
    options: options?.map(({ id, label, kind }) => {
      const name = toPlainLine(label, maxLabelLength);
      return { id, label: name === '' ? toPlainLine(id, maxLabelLength) : name, kind };
    }),
    tool: subject?.kind === 'tool-call' ? shownTool(subject.call, cwd) : undefined,
    fields: subject?.kind === 'form' ? formFields(subject.schema) : undefined,
    url: subject?.kind === 'other' && subject.name === 'url' ? urlIn(subject.value) : undefined,
  };
}

function urlIn(value: unknown): string | undefined {
  const url = typeof value === 'object' && value !== null && 'url' in value ? value.url : undefined;
  return typeof url === 'string' && /^https?:\/\//i.test(url) ? url : undefined;
}

/** A question in one line. */
export function questionLine(question: ShownQuestion, t: Translate = inEnglish): string {
  const line = toPlainLine(question.text.text, maxMessageLength);
  return line === '' ? t('The agent asks something without saying what.') : line;
}

/** For a notification: who asks, what, and about which files. */
export function questionMessage(
  question: ShownQuestion,
  { agent, t = inEnglish }: { readonly agent: string; readonly t?: Translate },
): string {
  const line = questionLine(question, t);
  const files = question.tool === undefined ? [] : filesOf(question.tool).map(({ shown }) => shown);
  // Most titles name the file already.
  const [first] = files.filter((file) => !line.includes(file.slice(file.lastIndexOf('/') + 1)));
  const message =
    first === undefined
      ? t('{0} asks: {1}', agent, line)
      : t('{0} asks: {1} ({2})', agent, line, first);
  return toMessageText(message, maxMessageLength);
}

/** What choosing an option does, for a person who hesitates; undefined when nobody knows. */
export function optionHint(
  kind: OptionKind | undefined,
  t: Translate = inEnglish,
): string | undefined {
  switch (kind) {
    case 'allow-once':
      return t('allows this once');
    case 'allow-always':
      return t('allows this from now on');
    case 'reject-once':
      return t('rejects this once');
    case 'reject-always':
      return t('rejects this from now on');
    case undefined:
      return undefined;
  }
}

/** What was answered, in one line; undefined when somebody declined to answer. */
export function answerText(
  answer: QueryAnswer,
  question: ShownQuestion | undefined,
): string | undefined {
  switch (answer.kind) {
    case 'text':
      return toPlainLine(answer.text, maxAnswerLength);
    case 'option': {
      const option = question?.options?.find(({ id }) => id === answer.optionId);
      return option?.label ?? toPlainLine(answer.optionId, maxLabelLength);
    }
    case 'form': {
      const fields = Object.entries(answer.values).map(([name, value]) => fieldText(name, value));
      return toPlainLine(fields.join(', '), maxAnswerLength);
    }
    case 'declined':
      return undefined;
  }
}

function fieldText(name: string, value: unknown): string {
  return `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
}
