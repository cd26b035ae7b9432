import type { Translate } from '../../../presentation/agentWording.ts';
import { html, type Html } from '../../../presentation/agentDetailsHtml.ts';
import { shownText } from '../../../presentation/sessions/boundedText.ts';
import type { FormField } from '../../../presentation/sessions/questionForm.ts';
import { givenAnswersText } from '../../../presentation/sessions/sessionWords.ts';
import {
  optionHint,
  questionLine,
  type ShownOption,
  type ShownQuestion,
} from '../../../presentation/sessions/shownQuestion.ts';
import type { TranscriptEntry } from '../../../presentation/sessions/transcriptEntry.ts';
import { toolBody } from './toolHtml.ts';

export type QuestionEntry = Extract<TranscriptEntry, { kind: 'question' }>;

export interface QuestionHtmlOptions {
  readonly t: Translate;
  /** Whether a person may answer here. */
  readonly canAnswer: boolean;
  /** The entry that shows a tool call itself, where there is one. */
  readonly entryOfCall?: ((callId: string) => number | undefined) | undefined;
}

interface Asking extends QuestionHtmlOptions {
  readonly entry: number;
  /** The answers of several questions are given together. */
  readonly isBatch: boolean;
}

/**
 * Questions of an agent, with buttons and fields while they are open. The tool call that is asked about is
 * shown once: in the question while that is open, else where it stands itself.
 */
export function questionHtml(entry: QuestionEntry, options: QuestionHtmlOptions): Html {
  const { t } = options;
  const { questions, end, id } = entry;
  const isOpen = end.kind === 'open';
  const asking = { ...options, entry: id, isBatch: questions.length > 1 };
  const asked = questions.map((question, i) => askedHtml(question, i, { ...asking, isOpen }));
  const canAnswer = isOpen && options.canAnswer;
  return html`<div
    class="question ${isOpen ? 'open' : 'over'}"
    data-entry="${id}"
    role="group"
    aria-label="${t('Question')}"
  >
    ${asked} ${canAnswer ? sendHtml(questions, asking) : undefined} ${endHtml(entry, t)}
  </div>`;
}

function endHtml({ end }: QuestionEntry, t: Translate): Html | undefined {
  switch (end.kind) {
    case 'open':
      return undefined;
    case 'withdrawn':
      return html`<p class="about">${t('This is not asked any more.')}</p>`;
    case 'answered':
      return html`<p class="answered">${givenAnswersText(end, t)}</p>`;
  }
}

function askedHtml(
  question: ShownQuestion,
  index: number,
  asking: Asking & { readonly isOpen: boolean },
): Html {
  const { t, entry, isOpen, canAnswer, entryOfCall } = asking;
  const place = `${entry}/${index}`;
  const { tool } = question;
  const shownAt = tool && entryOfCall?.(tool.callId);
  const text = question.text.text === '' ? questionLine(question, t) : shownText(question.text, t);
  if (!isOpen && shownAt !== undefined) {
    return tool?.title === text ? html`` : html`<p class="ask">${text}</p>`;
  }
  const body = tool && toolBody(tool, { t, place, isOpen });
  // An address is only read: whoever wants to go there copies it.
  const url = question.url === undefined ? undefined : html`<p><code>${question.url}</code></p>`;
  return html`<div class="asked" data-question="${index}" ${aboutAttribute(shownAt)}>
    <p class="ask">${text}</p>
    ${url} ${body} ${isOpen && canAnswer ? answerHtml(question, index, asking) : undefined}
  </div>`;
}

function aboutAttribute(entry: number | undefined): Html {
  return entry === undefined ? html`` : html`data-about="${entry}"`;
}

function answerHtml(question: ShownQuestion, index: number, asking: Asking): Html {
  const { options, fields } = question;
  if (options) {
    const allowing = options.findIndex(({ kind }) => kind?.startsWith('allow') === true);
    const usual = Math.max(0, allowing);
    const choices = options.map((option, i) => optionHtml(option, { i, index, usual, asking }));
    if (asking.isBatch) return html`<div class="choices">${choices}</div>`;
    return html`<div class="actions">${choices} ${declineHtml(asking)}</div>`;
  }
  if (fields && fields.length > 0) {
    return html`<div class="form">
      ${fields.map((field, i) => fieldHtml(field, i, { index, asking }))}
    </div>`;
  }
  const key = `answer-${asking.entry}-${index}`;
  return html`<textarea
    id="${key}"
    rows="3"
    data-text="true"
    data-draft="${key}"
    aria-label="${asking.t('Answer')}"
  ></textarea>`;
}

function optionHtml(
  { label, kind }: ShownOption,
  {
    i,
    index,
    usual,
    asking,
  }: {
    readonly i: number;
    readonly index: number;
    readonly usual: number;
    readonly asking: Asking;
  },
): Html {
  const { entry, t, isBatch } = asking;
  const hint = optionHint(kind, t) ?? label;
  if (isBatch) {
    const name = `answer-${entry}-${index}`;
    return html`<label title="${hint}"
      ><input type="radio" name="${name}" value="${i}" data-option="${i}" /> ${label}</label
    >`;
  }
  // One of them is the usual answer: the first that allows it, else the first.
  const look = i === usual ? 'primary' : '';
  return html`<button
    id="answer-${entry}-${index}-${i}"
    class="${look}"
    data-action="answer"
    data-entry="${entry}"
    data-option="${i}"
    title="${hint}"
  >
    ${label}
  </button>`;
}

function fieldHtml(
  field: FormField,
  i: number,
  { index, asking }: { readonly index: number; readonly asking: Asking },
): Html {
  const key = `answer-${asking.entry}-${index}-${i}`;
  const about =
    field.description === undefined
      ? undefined
      : html`<span class="about">${field.description}</span>`;
  const mark = field.isRequired
    ? html` <span class="about">${asking.t('required')}</span>`
    : undefined;
  return html`<p class="field">
    <label for="${key}">${field.label}</label>${mark} ${inputHtml(field, i, key)} ${about}
  </p>`;
}

function inputHtml({ type, choices, preset = '' }: FormField, i: number, key: string): Html {
  switch (type) {
    case 'flag':
      return html`<input
        id="${key}"
        type="checkbox"
        data-field="${i}"
        ${chosen(preset === 'true', 'checked')}
      />`;
    case 'choice':
    case 'choices': {
      const options = choices.map(
        ({ value, label }, at) =>
          html`<option value="${at}" ${chosen(value === preset, 'selected')}>${label}</option>`,
      );
      const many = chosen(type === 'choices', 'multiple');
      return html`<select id="${key}" data-field="${i}" ${many}>
        ${options}
      </select>`;
    }
    default:
      return html`<input
        id="${key}"
        type="text"
        data-field="${i}"
        data-draft="${key}"
        value="${preset}"
      />`;
  }
}

function chosen(isSo: boolean, attribute: 'checked' | 'selected' | 'multiple'): Html {
  if (!isSo) return html``;
  switch (attribute) {
    case 'checked':
      return html`checked`;
    case 'selected':
      return html`selected`;
    case 'multiple':
      return html`multiple`;
  }
}

/** Nothing to send where one button is the whole answer. */
function sendHtml(questions: readonly ShownQuestion[], asking: Asking): Html | undefined {
  const { t, entry, isBatch } = asking;
  if (!isBatch && questions[0]?.options !== undefined) return undefined;
  return html`<p class="actions">
    <button id="send-${entry}" class="primary" data-action="send" data-entry="${entry}">
      ${isBatch ? t('Send Answers') : t('Send Answer')}
    </button>
    ${declineHtml(asking)}
  </p>`;
}

function declineHtml({ t, entry }: Pick<Asking, 't' | 'entry'>): Html {
  return html`<button
    id="decline-${entry}"
    class="link"
    data-action="decline"
    data-entry="${entry}"
  >
    ${t('Decline to Answer')}
  </button>`;
}
