import { html, type Html } from '../../../presentation/agentDetailsHtml.ts';
import type { Translate } from '../../../presentation/agentWording.ts';
import { localTime } from '../../../presentation/duration.ts';
import { shownText } from '../../../presentation/sessions/boundedText.ts';
import { isLogInNeeded } from '../../../presentation/sessions/logInNeeded.ts';
import {
  cancelSentence,
  endSentence,
  shownFailure,
} from '../../../presentation/sessions/sessionWords.ts';
import type { TranscriptEntry } from '../../../presentation/sessions/transcriptEntry.ts';
import { messageHtml } from './messageHtml.ts';
import { questionHtml, type QuestionHtmlOptions } from './questionHtml.ts';
import { toolHtml } from './toolHtml.ts';

export interface EntryHtmlOptions extends QuestionHtmlOptions {
  /** What the agent is called, where it is known how a person logs in to it. */
  readonly logIn?: string | undefined;
}

/** An entry of the course of a session, whole. */
export function entryHtml(entry: TranscriptEntry, options: EntryHtmlOptions): Html {
  const { t } = options;
  const time = localTime(entry.atMs);
  const replayed = entry.isReplayed
    ? html`<p class="about earlier">${t('From an earlier session')}</p>`
    : undefined;
  return html`<article id="entry-${entry.id}" class="${classesOf(entry)}" title="${time}">
    ${replayed} ${contentHtml(entry, options)}
  </article>`;
}

function classesOf(entry: TranscriptEntry): string {
  const classes = ['entry', `entry-${entry.kind}`];
  if (entry.isReplayed) classes.push('replayed');
  if (entry.kind === 'end') classes.push(`ended-${entry.outcome.state}`);
  return classes.join(' ');
}

function contentHtml(entry: TranscriptEntry, options: EntryHtmlOptions): Html {
  const { t } = options;
  switch (entry.kind) {
    case 'message': {
      const text = shownText(entry.text, t);
      if (entry.role === 'agent') return messageHtml(text, entry.fence);
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
  { t, canAnswer, logIn }: EntryHtmlOptions,
): Html {
  if (outcome.state !== 'failed') return html`<p>${endSentence(outcome, t)}</p>`;
  const { title, message, ending, stderr } = shownFailure(outcome.failure, t);
  const isTold = ending === undefined || message.includes(ending);
  const end = isTold ? undefined : html`<p class="about">${ending}</p>`;
  const canLogIn = canAnswer && logIn !== undefined && isLogInNeeded(outcome.failure);
  return html`<div class="failed" role="group" aria-label="${title}">
    <p class="failure">${title}</p>
    <p>${message}</p>
    ${end} ${stderr === '' ? undefined : stderrHtml(stderr, t)}
    ${canLogIn ? logInHtml(logIn, t) : undefined}
  </div>`;
}

function stderrHtml(stderr: string, t: Translate): Html {
  return html`<p class="about">${t('The last that its program wrote:')}</p>
    <pre class="stderr" tabindex="0"><code>${stderr}</code></pre>`;
}

function logInHtml(name: string, t: Translate): Html {
  return html`<p class="actions">
    <button id="action-logIn" class="primary" data-action="logIn">
      ${t('Log In to {0} in Terminal', name)}
    </button>
  </p>`;
}
