import { html, type Html } from '../../../presentation/agentDetailsHtml.ts';
import { localTime } from '../../../presentation/duration.ts';
import { shownText } from '../../../presentation/sessions/boundedText.ts';
import {
  cancelSentence,
  endSentence,
  shownFailure,
} from '../../../presentation/sessions/sessionWords.ts';
import type { TranscriptEntry } from '../../../presentation/sessions/transcriptEntry.ts';
import { messageHtml } from './messageHtml.ts';
import { questionHtml, type QuestionHtmlOptions } from './questionHtml.ts';
import { toolHtml } from './toolHtml.ts';

/** An entry of the course of a session, whole. */
export function entryHtml(entry: TranscriptEntry, options: QuestionHtmlOptions): Html {
  const { t } = options;
  const time = localTime(entry.atMs);
  const replayed = entry.isReplayed
    ? html`<p class="about">${t('From an earlier session')}</p>`
    : undefined;
  return html`<article
    id="entry-${entry.id}"
    class="entry entry-${entry.kind}${entry.isReplayed ? ' replayed' : ''}"
    title="${time}"
  >
    ${replayed} ${contentHtml(entry, options)}
  </article>`;
}

function contentHtml(entry: TranscriptEntry, options: QuestionHtmlOptions): Html {
  const { t } = options;
  switch (entry.kind) {
    case 'message': {
      const text = shownText(entry.text, t);
      if (entry.role === 'agent') return messageHtml(text);
      return html`<p class="who">${t('You')}</p>
        <p class="said">${text}</p>`;
    }
    case 'thought':
      return html`<details class="thought" data-key="${entry.id}-thought">
        <summary>${t('Thought')}</summary>
        <p class="said">${shownText(entry.text, t)}</p>
      </details>`;
    case 'tool':
      return toolHtml(entry.tool, { t, place: `${entry.id}`, isOpen: false });
    case 'question':
      return questionHtml(entry, options);
    case 'note':
      return html`<p class="who">${entry.title === '' ? t('Note') : entry.title}</p>
        <p class="said">${shownText(entry.text, t)}</p>`;
    case 'cancel':
      return html`<p>${cancelSentence(entry.reason, t)}</p>`;
    case 'end':
      return endHtml(entry, options);
    case 'missing':
      return html`<p class="about">${t('{0} events are not known', entry.count)}</p>`;
  }
}

function endHtml(
  { outcome }: Extract<TranscriptEntry, { kind: 'end' }>,
  { t }: QuestionHtmlOptions,
): Html {
  if (outcome.state !== 'failed') return html`<p>${endSentence(outcome, t)}</p>`;
  const { title, message, ending, stderr } = shownFailure(outcome.failure, t);
  const output = stderr === '' ? undefined : html`<pre tabindex="0"><code>${stderr}</code></pre>`;
  const end = ending === undefined ? undefined : html`<p class="about">${ending}</p>`;
  return html`<p class="failure">${title}</p>
    <p>${message}</p>
    ${end} ${output}`;
}
