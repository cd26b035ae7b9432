import { isSessionId } from '../../../core/agents/sessionId.ts';
import type { HistoryEntry } from '../../../node/identities/historyEntry.ts';
import { html, type Html } from '../../../presentation/agentDetailsHtml.ts';
import type { Translate } from '../../../presentation/agentWording.ts';
import { localTime } from '../../../presentation/duration.ts';
import { historyText } from '../../../presentation/identities/historyWords.ts';
import { toPlainLine } from '../../../presentation/plainText.ts';
import { boundedText, shownText } from '../../../presentation/sessions/boundedText.ts';
import { messageHtml } from '../../sessions/page/messageHtml.ts';

const maxShown = 200;
const maxText = 4000;
const maxFrom = 200;

/** What happened to an agent, the last first. Undefined when nothing did. */
export function historyHtml(history: readonly HistoryEntry[], t: Translate): Html | undefined {
  if (history.length === 0) return undefined;
  const shown = history.slice(-maxShown).toReversed();
  const more = history.length - shown.length;
  return html`<h2>${t('History')}</h2>
    <ol class="history">
      ${shown.map((entry) => entryHtml(entry, t))}
    </ol>
    ${more > 0 ? html`<p class="about">${t('{0} earlier entries are not shown', more)}</p>` : undefined}`;
}

function entryHtml(entry: HistoryEntry, t: Translate): Html {
  const said = saidIn(entry);
  const session = sessionIn(entry);
  return html`<li class="entry entry-${entry.kind}">
    <time class="about">${localTime(entry.atMs)}</time>
    <span class="what">${headOf(entry, t)}</span>
    ${
      session === undefined
        ? undefined
        : html`<button class="link" data-action="openSession" data-session="${session}">
            ${t('Show Session')}
          </button>`
    }
    ${
      said === undefined
        ? undefined
        : html`<div class="heard">${messageHtml(shownText(boundedText(said, maxText), t))}</div>`
    }
  </li>`;
}

/** What was said stands below, in full. */
function headOf(entry: HistoryEntry, t: Translate): string {
  if (entry.kind === 'message') return t('{0} wrote:', toPlainLine(entry.from, maxFrom));
  return historyText(entry.kind === 'session_ended' ? { ...entry, output: undefined } : entry, t);
}

function saidIn(entry: HistoryEntry): string | undefined {
  if (entry.kind === 'message') return entry.text;
  return entry.kind === 'session_ended' ? entry.output : undefined;
}

function sessionIn(entry: HistoryEntry): string | undefined {
  if (entry.kind !== 'session_started' && entry.kind !== 'session_ended') return undefined;
  return isSessionId(entry.sessionId) ? entry.sessionId : undefined;
}
