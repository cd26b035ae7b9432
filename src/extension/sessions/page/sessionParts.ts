import { html, type Html } from '../../../presentation/agentDetailsHtml.ts';
import type { Translate } from '../../../presentation/agentWording.ts';
import { localTime, shortDuration } from '../../../presentation/duration.ts';
import { toPlainLine } from '../../../presentation/plainText.ts';
import { shownText } from '../../../presentation/sessions/boundedText.ts';
import { planText, type ShownStep } from '../../../presentation/sessions/planProgress.ts';
import { groupOf, runOf, sessionName } from '../../../presentation/sessions/rows/listedSession.ts';
import { endedAtMs } from '../../../presentation/sessions/sessionJson.ts';
import { stepText } from '../../../presentation/sessions/sessionStep.ts';
import {
  sessionContextText,
  sessionUsageText,
} from '../../../presentation/sessions/sessionUsage.ts';
import { sessionWord, sessionWordText } from '../../../presentation/sessions/sessionWords.ts';
import type { Transcript } from '../../../presentation/sessions/transcript.ts';

/** The parts of a session's page that are replaced as a whole, from top to bottom. */
export const sessionPartIds = ['head', 'status', 'prompt', 'plan', 'omitted', 'composer'] as const;
export type SessionPartId = (typeof sessionPartIds)[number];
export type SessionParts = Readonly<Record<SessionPartId, string>>;

export interface SessionPartsOptions {
  readonly nowMs: number;
  readonly t: Translate;
  readonly nameOf: (agent: string) => string;
  /** Whether this window may start, answer and cancel. */
  readonly canAct: boolean;
}

/** Everything of a page but the entries, as HTML. */
export function sessionParts(transcript: Transcript, options: SessionPartsOptions): SessionParts {
  const { droppedEntries } = transcript;
  const { t } = options;
  return {
    head: headHtml(transcript, options).markup,
    status: statusHtml(transcript, options).markup,
    prompt: html`${promptHtml(transcript, t)} ${contextHtml(transcript, t)}`.markup,
    plan: planHtml(transcript, t)?.markup ?? '',
    omitted:
      droppedEntries === 0
        ? ''
        : html`<p class="about">${t('{0} earlier entries are not shown', droppedEntries)}</p>`
            .markup,
    composer: composerHtml(transcript, options)?.markup ?? '',
  };
}

/** What the tab of a page says. */
export function sessionTitle(transcript: Transcript, t: Translate): string {
  return toPlainLine(sessionName(transcript, t), 40);
}

function headHtml(transcript: Transcript, options: SessionPartsOptions): Html {
  const { t, nameOf, nowMs } = options;
  const { record, digest } = transcript;
  const { createdAtMs } = record.header;
  const run = runOf(transcript);
  const endMs = endedAtMs(record.state);
  const duration = shortDuration((endMs ?? nowMs) - createdAtMs);
  const about = [
    run && nameOf(run.agent),
    sessionUsageText(digest.usage, t),
    sessionContextText(digest.usage, t),
    endMs === undefined ? t('for {0}', duration) : t('took {0}', duration),
    t('started {0}', localTime(createdAtMs)),
  ].filter((part) => part !== undefined);
  const link = (action: string, text: string): Html =>
    html`<button class="link" id="action-${action}" data-action="${action}">${text}</button>`;
  return html`<h1>${sessionName(transcript, t)}</h1>
    <p class="about">${about.map((part) => toPlainLine(part, 120)).join(' · ')}</p>
    <p class="about links">
      <span>${run === undefined ? '' : toPlainLine(run.cwd, 300)}</span>
      ${digest.entryId === undefined ? undefined : link('showAgent', t('Show Agent'))}
      ${run?.resumes?.sessionId === undefined ? undefined : link('showEarlier', t('Show Earlier Session'))}
      ${link('copyId', t('Copy Session ID'))}
    </p>`;
}

/** Stays in view: where the session stands, and what a person can do about it. */
function statusHtml(transcript: Transcript, options: SessionPartsOptions): Html {
  const { record, digest } = transcript;
  const { t } = options;
  const word = sessionWord(record.state, digest.cancelReason);
  return html`<p class="now" role="status">
      <span class="dot state-${word}"></span><span class="state">${sessionWordText(word, t)}</span>
      <span class="step">${stepText(record, digest, t)}</span>
    </p>
    ${actionsHtml(transcript, options)}`;
}

function actionsHtml(transcript: Transcript, { t, canAct }: SessionPartsOptions): Html | undefined {
  const group = groupOf(transcript);
  const button = (action: string, text: string, look = ''): Html =>
    html`<button id="action-${action}" class="${look}" data-action="${action}">${text}</button>`;
  if (!canAct) return undefined;
  const canCancel = group !== 'ended' && transcript.digest.cancelReason === undefined;
  const canRerun = group === 'ended' && runOf(transcript) !== undefined;
  return html`<div class="actions">
    ${group === 'needs-you' ? button('goToQuestion', t('Answer'), 'primary') : undefined}
    ${canCancel ? button('cancel', t('Cancel…')) : undefined}
    ${canRerun ? button('rerun', t('Run Again')) : undefined}
  </div>`;
}

/** A short one is the title already. */
function promptHtml(transcript: Transcript, t: Translate): Html | undefined {
  const text = shownText(transcript.prompt, t);
  if (text.trim() === sessionName(transcript, t)) return undefined;
  return html`<h2>${t('Prompt')}</h2>
    <p class="prompt said">${text}</p>`;
}

function contextHtml(transcript: Transcript, t: Translate): Html | undefined {
  const files = runOf(transcript)?.contextFiles ?? [];
  if (files.length === 0) return undefined;
  const links = files
    .slice(0, 50)
    .map(
      (path, i) =>
        html`<button class="link" data-action="openFile" data-place="context" data-index="${i}">
          ${toPlainLine(path, 200)}
        </button>`,
    );
  return html`<p class="files"><span class="about">${t('About')}</span> ${links}</p>`;
}

function planHtml({ digest: { plan } }: Transcript, t: Translate): Html | undefined {
  if (plan === undefined) return undefined;
  const more = plan.more > 0 ? html`<li class="about">${t('{0} more', plan.more)}</li>` : undefined;
  return html`<h2>${t('Plan')} <span class="about">${planText(plan, t)}</span></h2>
    <progress value="${plan.done}" max="${plan.total}" aria-label="${t('Plan')}"></progress>
    <ol class="plan">
      ${plan.steps.map((step) => stepHtml(step, t))}${more}
    </ol>`;
}

const stepSigns: Readonly<Record<ShownStep['status'], string>> = {
  completed: '✓',
  'in-progress': '▸',
  pending: '○',
};

function stepHtml({ text, status }: ShownStep, t: Translate): Html {
  return html`<li class="step-${status}" aria-label="${`${stepStatusText(status, t)}: ${text}`}">
    <span class="sign" aria-hidden="true">${stepSigns[status]}</span> ${text}
  </li>`;
}

function stepStatusText(status: ShownStep['status'], t: Translate): string {
  switch (status) {
    case 'completed':
      return t('done');
    case 'in-progress':
      return t('at work');
    case 'pending':
      return t('not begun');
  }
}

/** A conversation goes on when the agent has stopped: an agent hears nothing while it works. */
function composerHtml(
  transcript: Transcript,
  { t, canAct }: SessionPartsOptions,
): Html | undefined {
  if (!canAct || groupOf(transcript) !== 'ended' || runOf(transcript) === undefined)
    return undefined;
  // An agent that did not even begin has nothing to go on with.
  if (transcript.digest.conversationId === undefined) return undefined;
  return html`<h2><label for="follow-up">${t('Go on with this conversation')}</label></h2>
    <textarea
      id="follow-up"
      rows="4"
      data-draft="follow-up"
      placeholder="${t('What shall the agent do next?')}"
    ></textarea>
    <p class="actions">
      <button id="action-followUp" class="primary" data-action="followUp">${t('Send')}</button>
    </p>`;
}
