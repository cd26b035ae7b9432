import type { AgentSnapshot } from '../core/agents/registrySnapshot.ts';
import type { AgentNow } from '../core/harness/agentNow.ts';
import type { AgentActivity } from './agentActivity.ts';
import { relativeTime, timeText } from './agentDetailsFields.ts';
import { html, type Html } from './agentDetailsHtml.ts';
import type { AgentDetailsAction } from './agentDetailsMessage.ts';
import { fieldTables, queryTable, usageTables } from './agentDetailsTables.ts';
import { doingSentence, doingWords } from './agentDoing.ts';
import { agentLabel } from './agentRow.ts';
import { isDoing, shownState, translatedState } from './agentState.ts';
import {
  agentName,
  heldThread,
  inEnglish,
  livenessSentence,
  stateWord,
  type Translate,
} from './agentWording.ts';
import { localTime, shortDuration } from './duration.ts';
import { toPlainLine } from './plainText.ts';

/** Everything that the page of one agent shows. */
export interface AgentDetails {
  /** The folder that contains `.heddle`. */
  readonly root: string;
  readonly agent: AgentSnapshot;
  /** What it does and uses. */
  readonly activity?: AgentActivity | undefined;
  /** Who spawned whom, root first, ending with the agent itself. */
  readonly chain: readonly AgentSnapshot[];
  /** Where its entry is, absolute. */
  readonly filePath: string;
  /** What the file holds; undefined while it cannot be read. */
  readonly rawText: string | undefined;
  /** True when the file is gone; the page keeps what was last known. */
  readonly isRemoved: boolean;
}

export interface AgentDetailsOptions {
  readonly nowMs: number;
  readonly t?: Translate;
  /** False leaves out the buttons that write, as in a restricted workspace; true when not given. */
  readonly canWrite?: boolean;
}

/** The parts of a page, in its order. Each is replaced by itself when it changes. */
export const detailsPartIds = [
  'notice',
  'header',
  'actions',
  'chain',
  'usage',
  'fields',
  'queries',
  'raw',
] as const;
export type DetailsPartId = (typeof detailsPartIds)[number];
export type DetailsParts = Readonly<Record<DetailsPartId, string>>;

interface RenderContext {
  readonly nowMs: number;
  readonly t: Translate;
  readonly canWrite: boolean;
}

/** The page as HTML, part by part. Nothing from the entry is ever more than text in it. */
export function agentDetailsParts(
  details: AgentDetails,
  { nowMs, t = inEnglish, canWrite = true }: AgentDetailsOptions,
): DetailsParts {
  const context = { nowMs, t, canWrite };
  const render = (part: Html | undefined): string => part?.markup ?? '';
  return {
    notice: render(notice(details, context)),
    header: render(header(details, context)),
    actions: render(actions(details, context)),
    chain: render(chain(details, context)),
    usage: render(usageTables(details, t)),
    fields: render(fieldTables(details.agent.entry, context)),
    queries: render(queryTable(details.agent.entry, context)),
    raw: render(rawFile(details, context)),
  };
}

/** The title of the page: who, and on which thread. */
export function agentDetailsTitle(
  { entry }: AgentSnapshot,
  { t = inEnglish, now }: { readonly t?: Translate; readonly now?: AgentNow | undefined } = {},
): string {
  const thread = heldThread(entry);
  const name = agentLabel(entry, now, t);
  return thread === undefined ? name : `${name} · ${toPlainLine(thread, 40)}`;
}

function notice({ isRemoved }: AgentDetails, { t }: RenderContext): Html | undefined {
  if (!isRemoved) return undefined;
  return html`<p class="notice" role="status">${t('This entry was removed.')}</p>`;
}

function header({ agent, activity, isRemoved }: AgentDetails, context: RenderContext): Html {
  const { t } = context;
  const { entry, verdict } = agent;
  const now = isRemoved ? undefined : activity?.now;
  const state = shownState(agent, now);
  const doing = now !== undefined && isDoing(state) ? now : undefined;
  const name = agentLabel(entry, now, t);
  const thread = heldThread(entry);
  const started = html`<span title="${timeText(entry.startedAt)}"
    >${t('started {0}', relativeTime(entry.startedAt, context) ?? entry.startedAt)}</span
  >`;
  const ended =
    entry.completedAt === undefined
      ? undefined
      : html` ·
          <span title="${timeText(entry.completedAt)}"
            >${t('ended {0}', relativeTime(entry.completedAt, context) ?? entry.completedAt)}</span
          >`;
  return html`<h1>${name}</h1>
    <p class="summary">
      <span class="state state-${state}"
        ><span class="dot" aria-hidden="true"></span
        >${doing ? doingWords(doing, t) : translatedState(state, t)}</span
      >
      · ${thread === undefined ? t('holds no thread') : html`${t('thread')} <code>${thread}</code>`}
      · ${started}${ended}
    </p>
    ${doing && doingText(doing, context)}
    <p class="evidence">
      ${name === agentName(entry, t) ? undefined : `${agentName(entry, t)}. `}${livenessSentence(
        entry,
        verdict.reason,
        t,
      )}
    </p>
    ${entry.attachReason === undefined ? undefined : html`<p class="task">${entry.attachReason}</p>`}`;
}

/** What it does since when, and what it waits for. */
function doingText(now: AgentNow, { nowMs, t }: RenderContext): Html {
  const time = localTime(now.sinceMs);
  const sentence = doingSentence(now, t);
  const since =
    sentence === undefined ? t('Working since {0}.', time) : `${sentence} ${t('Since {0}.', time)}`;
  const files = now.tool?.paths ?? [];
  const text = now.waitsFor?.text;
  return html`<p title="${t('for {0}', shortDuration(nowMs - now.sinceMs))}">${since}</p>
    ${text === undefined ? undefined : html`<p class="says">${toPlainLine(text, 400)}</p>`}
    ${
      now.tool === undefined
        ? undefined
        : html`<p>
            <code>${toPlainLine(now.tool.name, 100)}</code>${
              files.length === 0
                ? undefined
                : html`: ${files.map((file, i) => html`${i === 0 ? '' : ', '}<code>${file}</code>`)}`
            }
          </p>`
    }`;
}

function actions({ agent, isRemoved }: AgentDetails, { t, canWrite }: RenderContext): Html {
  const { entry, verdict } = agent;
  const isActive = entry.status === 'active' && !isRemoved && canWrite;
  const shown: readonly (readonly [AgentDetailsAction, string, boolean])[] = [
    ['openEntryFile', t('Open Entry File'), !isRemoved],
    ['openWorktree', t('Open Worktree'), entry.path !== undefined],
    ['release', t('Release…'), isActive],
    ['reap', t('Reap'), isActive && verdict.liveness === 'dead'],
    ['copySessionId', t('Copy Session ID'), true],
  ];
  const buttons = shown
    .filter(([, , isShown]) => isShown)
    .map(
      ([action, label]) =>
        html`<button type="button" id="action-${action}" data-action="${action}">${label}</button>`,
    );
  return html`<div class="actions" role="group" aria-label="${t('Actions')}">${buttons}</div>`;
}

function chain({ chain: links, agent }: AgentDetails, { t }: RenderContext): Html | undefined {
  if (links.length < 2) return undefined;
  const items = links.map(({ entry, verdict }) => {
    const name = agentName(entry, t);
    const about = [translatedState(stateWord(entry, verdict), t), heldThread(entry)];
    const words = html`<span class="about">
      · ${about.filter((word) => word !== undefined).join(' · ')}</span
    >`;
    if (entry.sessionId === agent.entry.sessionId) {
      return html`<li aria-current="page"><strong>${name}</strong>${words}</li>`;
    }
    return html`<li>
      <button
        type="button"
        class="link"
        id="chain-${entry.sessionId}"
        data-action="showAgent"
        data-session-id="${entry.sessionId}"
        aria-label="${t('Show the details of {0}', name)}"
      >
        ${name}</button
      >${words}
    </li>`;
  });
  return html`<h2>${t('Chain')}</h2>
    <ol class="chain" aria-label="${t('Who spawned whom, root first')}">
      ${items}
    </ol>`;
}

function rawFile({ filePath, rawText, isRemoved }: AgentDetails, { t }: RenderContext): Html {
  const problem = isRemoved ? t('The file is gone.') : t('The file cannot be read.');
  return html`<details data-key="raw">
    <summary id="raw-summary">${t('Raw file')} <code>${filePath}</code></summary>
    ${
      rawText === undefined
        ? html`<p>${problem}</p>`
        : html`<pre
            id="raw-text"
            tabindex="0"
            role="region"
            aria-label="${t('Raw file')}"
          ><code>${rawText}</code></pre>`
    }
  </details>`;
}
