import type { ContinuityHealth } from '../../../core/identities/identityStatus.ts';
import type { HistoryEntry } from '../../../node/identities/historyEntry.ts';
import type { InboxMessage } from '../../../node/identities/inboxMessage.ts';
import { html, type Html } from '../../../presentation/agentDetailsHtml.ts';
import type { Translate } from '../../../presentation/agentWording.ts';
import { localTime } from '../../../presentation/duration.ts';
import { durabilityText } from '../../../presentation/identities/durabilityText.ts';
import {
  addressabilityText,
  failureSentence,
  identityName,
  identityWord,
  identityWordText,
  leaseText,
  listedProblemText,
} from '../../../presentation/identities/identityWords.ts';
import { waitingText } from '../../../presentation/identities/rows/identityRow.ts';
import { ownerText } from '../../../presentation/identities/rows/ownerText.ts';
import {
  abilitiesOf,
  type PlacedIdentity,
} from '../../../presentation/identities/rows/placedIdentity.ts';
import { toPlainLine } from '../../../presentation/plainText.ts';
import { boundedText, shownText } from '../../../presentation/sessions/boundedText.ts';
import { messageHtml } from '../../sessions/page/messageHtml.ts';
import { historyHtml } from './historyHtml.ts';

/** The parts of an agent's page, from top to bottom; each is replaced as a whole. */
export const identityPartIds = [
  'head',
  'status',
  'trouble',
  'output',
  'composer',
  'waiting',
  'standing',
  'spec',
  'peers',
  'history',
] as const;
export type IdentityPartId = (typeof identityPartIds)[number];
export type IdentityParts = Readonly<Record<IdentityPartId, string>>;

/** What a page shows. */
export interface IdentityPageContent {
  readonly placed: PlacedIdentity;
  readonly messages: readonly InboxMessage[];
  /** Oldest first. */
  readonly history: readonly HistoryEntry[];
  /** Known to its owner alone. */
  readonly health?: ContinuityHealth | undefined;
}

export interface IdentityPartsOptions {
  readonly t: Translate;
  readonly nameOf: (agent: string) => string;
  /** Whether this window may own agents and talk to them. */
  readonly canAct: boolean;
}

const maxText = 20_000;
const maxMessages = 100;

/** Everything of a page, as HTML. */
export function identityParts(
  content: IdentityPageContent,
  options: IdentityPartsOptions,
): IdentityParts {
  const { placed, messages, history, health } = content;
  const { t } = options;
  const parts: Readonly<Record<IdentityPartId, Html | undefined>> = {
    head: headHtml(placed, options),
    status: statusHtml(placed, options),
    trouble: troubleHtml(placed, t),
    output: outputHtml(placed, t),
    composer: composerHtml(placed, options),
    waiting: waitingHtml(messages, t),
    standing: standingHtml(placed, { t, health }),
    spec: specHtml(placed, options),
    peers: peersHtml(placed, t),
    history: historyHtml(history, t),
  };
  return Object.fromEntries(identityPartIds.map((id) => [id, parts[id]?.markup ?? ''])) as Record<
    IdentityPartId,
    string
  >;
}

function headHtml({ listed }: PlacedIdentity, { t, nameOf }: IdentityPartsOptions): Html {
  const { identity, spec, specPath } = listed;
  const about = [
    identityName(listed) === identity ? undefined : identity,
    spec && toPlainLine(nameOf(spec.profile), 60),
    ...Object.entries(spec?.labels ?? {}).map(([key, value]) => `${key}: ${value}`),
  ].filter((part) => part !== undefined);
  return html`<h1>${identityName(listed)}</h1>
    <p class="about">${about.map((part) => toPlainLine(part, 120)).join(' · ')}</p>
    <p class="about links">
      ${specPath === undefined ? undefined : link('openSpec', t('Open File'))}
      ${listed.session === undefined ? undefined : link('showSession', t('Show Session'))}
      ${link('copyName', t('Copy Name'))}
    </p>`;
}

/** Stays in view: where it stands, who owns it, and what a person can do about it. */
function statusHtml(placed: PlacedIdentity, { t, canAct }: IdentityPartsOptions): Html {
  const { listed } = placed;
  const word = identityWord(listed);
  const owner = ownerText(placed, t);
  const can = abilitiesOf(placed);
  const buttons = [
    can.start ? button('start', t('Start'), 'primary') : undefined,
    can.takeOver ? button('takeOver', t('Take Over…'), can.start ? '' : 'primary') : undefined,
    can.checkpoint ? button('checkpoint', t('Checkpoint')) : undefined,
    can.respawn ? button('respawn', t('Respawn')) : undefined,
    can.retire ? button('retire', t('Retire…')) : undefined,
    can.reset ? button('reset', t('Reset…')) : undefined,
    can.delete ? button('delete', t('Delete…')) : undefined,
  ].filter((each) => each !== undefined);
  return html`<p class="now" role="status">
      <span class="dot state-${word}"></span><span class="state">${identityWordText(word, t)}</span>
      <span class="step">${owner ?? t('nobody owns it')}</span>
    </p>
    ${canAct && buttons.length > 0 ? html`<div class="actions">${buttons}</div>` : undefined}
    ${canAct ? undefined : html`<p class="about">${t('This workspace is restricted, so agents are only shown.')}</p>`}`;
}

function troubleHtml({ listed }: PlacedIdentity, t: Translate): Html | undefined {
  const { failure, problems } = listed;
  if (failure === undefined && problems.length === 0) return undefined;
  return html`<div class="failed" role="group" aria-label="${t('What is wrong')}">
    ${failure && html`<p>${failureSentence(failure, t)}</p>`}
    ${problems.map((problem) => html`<p>${listedProblemText(problem, t)}</p>`)}
  </div>`;
}

function outputHtml({ listed }: PlacedIdentity, t: Translate): Html | undefined {
  const { lastOutput, session } = listed;
  if (lastOutput === undefined) return undefined;
  const title = session?.isRunning === true ? t('It says') : t('It said last');
  return html`<h2>${title}</h2>
    <div class="prompt">${messageHtml(bounded(lastOutput, t))}</div>`;
}

function composerHtml(
  placed: PlacedIdentity,
  { t, canAct }: IdentityPartsOptions,
): Html | undefined {
  if (!canAct || !abilitiesOf(placed).send) return undefined;
  return html`<h2><label for="message">${t('Message')}</label></h2>
    <textarea
      id="message"
      rows="3"
      data-draft="message"
      placeholder="${t('What shall it do?')}"
    ></textarea>
    <p class="actions">${button('send', t('Send'), 'primary')}</p>`;
}

function waitingHtml(messages: readonly InboxMessage[], t: Translate): Html | undefined {
  if (messages.length === 0) return undefined;
  return html`<h2>${waitingText(messages.length, t)}</h2>
    <ol class="messages">
      ${messages.slice(0, maxMessages).map(
        ({ from, atMs, text }) =>
          html`<li>
            <p class="about">${toPlainLine(from, 120)} · ${localTime(atMs)}</p>
            <p class="said">${bounded(text, t)}</p>
          </li>`,
      )}
    </ol>`;
}

function standingHtml(
  { listed }: PlacedIdentity,
  { t, health }: { readonly t: Translate; readonly health: ContinuityHealth | undefined },
): Html {
  const { record, generation, checkpointVersion, lease, session } = listed;
  return html`<h2>${t('Where it stands')}</h2>
    ${fieldsHtml([
      [t('Generation'), generation === undefined ? t('never started') : String(generation)],
      [
        t('Checkpoint'),
        checkpointVersion === undefined ? t('none yet') : String(checkpointVersion),
      ],
      [t('Durability'), health && durabilityText(health, t)],
      [t('Conversation'), record?.sessionId],
      [t('Runtime'), record?.runtimeId],
      [t('Lease'), leaseText(lease, t) ?? t('nobody holds it')],
      [t('Token'), lease && String(lease.token)],
      [
        t('Session'),
        session && (session.isRunning ? t('{0} (running)', session.sessionId) : session.sessionId),
      ],
    ])}`;
}

function specHtml({ listed }: PlacedIdentity, { t, nameOf }: IdentityPartsOptions): Html {
  const { spec, specPath } = listed;
  if (spec === undefined) {
    const text =
      specPath === undefined
        ? t('No file describes it any more. What lasts of it is kept until somebody deletes it.')
        : t('Its file cannot be used.');
    return html`<h2>${t('What it should be')}</h2>
      <p class="about">${text}</p>`;
  }
  const { profile, addressability, labels, additionalInstructions, context } = spec;
  const name = nameOf(profile);
  return html`<h2>${t('What it should be')}</h2>
    ${fieldsHtml([
      [t('Coding agent'), name === profile ? profile : `${toPlainLine(name, 60)} (${profile})`],
      [t('Messages'), addressabilityText(addressability, t)],
      ...Object.entries(labels),
      [t('File'), specPath],
    ])}
    ${additionalInstructions.map((text) => html`<p class="prompt said">${bounded(text, t)}</p>`)}
    ${
      context === undefined
        ? undefined
        : html`<pre
            tabindex="0"
          ><code>${bounded(JSON.stringify(context, undefined, 2), t)}</code></pre>`
    }`;
}

function peersHtml({ listed: { peers } }: PlacedIdentity, t: Translate): Html | undefined {
  if (peers.length === 0) return undefined;
  return html`<h2>${t('Peers')} <span class="about">${t('they may write to each other')}</span></h2>
    <p class="files">
      ${peers.map(
        (peer) =>
          html`<button class="link" data-action="showPeer" data-peer="${peer}">${peer}</button>`,
      )}
    </p>`;
}

function fieldsHtml(fields: readonly (readonly [string, string | undefined])[]): Html {
  const known = fields.flatMap(([label, value]) =>
    value === undefined
      ? []
      : [
          html`<dt>${toPlainLine(label, 100)}</dt>
            <dd>${toPlainLine(value, 400)}</dd>`,
        ],
  );
  return html`<dl class="facts">${known}</dl>`;
}

function button(action: string, text: string, look = ''): Html {
  return html`<button id="action-${action}" class="${look}" data-action="${action}">
    ${text}
  </button>`;
}

function link(action: string, text: string): Html {
  return html`<button class="link" id="action-${action}" data-action="${action}">${text}</button>`;
}

function bounded(text: string, t: Translate): string {
  return shownText(boundedText(text, maxText), t);
}
