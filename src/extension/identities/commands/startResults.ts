import * as vscode from 'vscode';
import { errorText } from '../../../base/errorText.ts';
import type { AgentIdentity } from '../../../core/identities/agentIdentity.ts';
import type { StartOutcome } from '../../../node/identities/startOutcome.ts';
import { unusableSpecSentence } from '../../../presentation/identities/identityWords.ts';
import {
  outcomeSentence,
  outcomesText,
  outcomeWordText,
} from '../../../presentation/identities/outcomeWords.ts';
import {
  toIdentityElement,
  type IdentityRef,
} from '../../../presentation/identities/rows/identityElement.ts';
import { toPickText } from '../../../presentation/plainText.ts';
import { notify } from '../../commands/notify.ts';
import { rootName } from '../../commands/rootName.ts';
import type { IdentityCommandId } from '../identityIds.ts';
import type { IdentityServices } from '../identityServices.ts';
import { tellBriefly } from './tellBriefly.ts';

/** What became of an agent that was to be started, and where. */
export interface PlacedOutcome {
  readonly worktree: string;
  readonly outcome: StartOutcome;
}

/** What other code is told of a start. */
export interface ToldOutcome {
  readonly identity: AgentIdentity;
  readonly outcome: StartOutcome['kind'];
  /** A sentence or two with the reason and what to do. */
  readonly sentence: string;
}

type Services = Pick<IdentityServices, 'lists'>;

const icons: Readonly<Record<StartOutcome['kind'], readonly [string, string]>> = {
  created: ['pass', 'charts.green'],
  resumed: ['pass', 'charts.green'],
  held_elsewhere: ['multiple-windows', 'charts.blue'],
  broken: ['error', 'charts.red'],
  unknown: ['warning', 'notificationsWarningIcon.foreground'],
};

/** A sentence or two: what it goes on with, who has it, or what is wrong and what to do. */
export function startSentence(services: Services, { worktree, outcome }: PlacedOutcome): string {
  const { t } = vscode.l10n;
  const { identity, kind } = outcome;
  const placed = kind === 'unknown' ? services.lists.find({ worktree, identity }) : undefined;
  return placed === undefined
    ? outcomeSentence(outcome, t)
    : unusableSpecSentence(placed.listed, t);
}

export function toldOutcomes(
  services: Services,
  outcomes: readonly PlacedOutcome[],
): readonly ToldOutcome[] {
  return outcomes.map((each) => ({
    identity: each.outcome.identity,
    outcome: each.outcome.kind,
    sentence: startSentence(services, each),
  }));
}

/** Whether an agent is ready here now. */
export function isReady({ outcome: { kind } }: PlacedOutcome): boolean {
  return kind === 'created' || kind === 'resumed';
}

/** Says what became of one or a few agents. */
export function tellStarted(services: Services, outcomes: readonly PlacedOutcome[]): void {
  const { t } = vscode.l10n;
  const [only] = outcomes;
  if (only === undefined) return;
  if (outcomes.length > 1) return void showStarted(services, outcomes);
  const sentence = `${only.outcome.identity}: ${startSentence(services, only)}`;
  if (isReady(only)) {
    tellBriefly(sentence);
    return;
  }
  const ref = { worktree: only.worktree, identity: only.outcome.identity };
  notify('warning', sentence, [pageAction(ref, t('Show Page'))]);
}

/**
 * Says which agents a window that was reloaded has not got again. Nobody asked for it now, so it takes no
 * focus; of those whose files are gone there is nothing to be said.
 */
export function tellNotResumed(services: Services, outcomes: readonly PlacedOutcome[]): void {
  const { t } = vscode.l10n;
  const bad = outcomes.filter((each) => !isReady(each) && each.outcome.kind !== 'unknown');
  if (bad.length <= 1) {
    tellStarted(services, bad);
    return;
  }
  const text = t('{0} agents that this window had are not back: {1}.', bad.length, countsOf(bad));
  notify('warning', text, [
    {
      title: t('Show Them'),
      run: () => {
        showStarted(services, bad);
        return Promise.resolve();
      },
    },
  ]);
}

function countsOf(outcomes: readonly PlacedOutcome[]): string {
  return outcomesText(
    outcomes.map(({ outcome }) => outcome),
    vscode.l10n.t,
  );
}

interface OutcomeItem extends vscode.QuickPickItem {
  readonly ref: IdentityRef;
}

/**
 * A list with one line for each; nobody waits for it. Those that need somebody come first, those whose turn
 * did not come last.
 */
export function showStarted(
  services: Services,
  outcomes: readonly PlacedOutcome[],
  notStarted: readonly IdentityRef[] = [],
): void {
  const { t } = vscode.l10n;
  const sorted = [...outcomes.filter((each) => !isReady(each)), ...outcomes.filter(isReady)];
  const items = [
    ...sorted.map((each) => outcomeItem(services, each)),
    ...notStarted.map((ref) => notStartedItem(ref)),
  ];
  const counts = [
    countsOf(outcomes),
    notStarted.length === 0 ? '' : t('{0} not started', notStarted.length),
  ].filter((count) => count !== '');
  const options = {
    title: t('Agents: {0}', counts.join(', ')),
    placeHolder: t('Choose one to see its page'),
    matchOnDescription: true,
    matchOnDetail: true,
    ignoreFocusOut: true,
  };
  vscode.window
    .showQuickPick(items, options)
    .then((picked) => picked && pageAction(picked.ref, '').run())
    .then(undefined, (error: unknown) => notify('warning', errorText(error)));
}

function outcomeItem(services: Services, each: PlacedOutcome): OutcomeItem {
  const { t } = vscode.l10n;
  const { kind } = each.outcome;
  const [icon, color] = icons[kind];
  const { identity } = each.outcome;
  return {
    ref: { worktree: each.worktree, identity },
    label: toPickText(identity, 60),
    description: toPickText(
      [outcomeWordText({ kind }, t), placeText(services, each.worktree)]
        .filter((part) => part !== undefined)
        .join(' · '),
    ),
    detail: toPickText(shortReason(each.outcome) ?? startSentence(services, each), 400),
    iconPath: new vscode.ThemeIcon(icon, new vscode.ThemeColor(color)),
  };
}

function notStartedItem(ref: IdentityRef): OutcomeItem {
  const { t } = vscode.l10n;
  return {
    ref,
    label: toPickText(ref.identity, 60),
    description: t('not started'),
    detail: t('Its turn did not come; it is as it was.'),
    iconPath: new vscode.ThemeIcon('circle-slash', new vscode.ThemeColor('disabledForeground')),
  };
}

/** In which checkout, where there are several. */
function placeText({ lists }: Services, worktree: string): string | undefined {
  return lists.places.length > 1 ? rootName(worktree) : undefined;
}

/** A line has little room: who and what could not be done is told beside it. */
function shortReason(outcome: StartOutcome): string | undefined {
  if (outcome.kind !== 'broken') return undefined;
  const { identity, failure } = outcome;
  const head = `${identity} could not be `;
  const at = failure.detail.startsWith(head) ? failure.detail.indexOf(': ') : -1;
  return at === -1 ? undefined : failure.detail.slice(at + 2);
}

function pageAction(
  ref: IdentityRef,
  title: string,
): { readonly title: string; readonly run: () => Thenable<unknown> } {
  const command: IdentityCommandId = 'heddle.identity.showPage';
  const element = toIdentityElement(ref);
  return { title, run: () => vscode.commands.executeCommand(command, element) };
}
