import * as vscode from 'vscode';
import type { AgentIdentity } from '../../../core/identities/agentIdentity.ts';
import type { StartOutcome } from '../../../node/identities/startOutcome.ts';
import {
  failureSentence,
  leaseHolderText,
  unusableSpecSentence,
} from '../../../presentation/identities/identityWords.ts';
import { outcomesText, outcomeWordText } from '../../../presentation/identities/outcomeWords.ts';
import { toIdentityElement } from '../../../presentation/identities/rows/identityElement.ts';
import { toPickText, toPlainLine } from '../../../presentation/plainText.ts';
import { notify } from '../../commands/notify.ts';
import type { IdentityCommandId } from '../identityIds.ts';
import type { IdentityServices } from '../identityServices.ts';

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

/** One sentence or two: what it goes on with, who has it, or what is wrong and what to do. */
export function startSentence(services: Services, { worktree, outcome }: PlacedOutcome): string {
  const { t } = vscode.l10n;
  switch (outcome.kind) {
    case 'created':
      return t('It is ready and begins a new conversation with the first message.');
    case 'resumed':
      return outcome.fallbackReason === undefined
        ? t('It is ready and goes on where it stopped.')
        : t(
            'It is ready and begins a new conversation, because the old one could not be gone on with: {0}',
            toPlainLine(outcome.fallbackReason, 300),
          );
    case 'held_elsewhere': {
      const holder = leaseHolderText(outcome.holder, t);
      return t('{0} owns it, so nothing was started here. Close that, or retire it there.', holder);
    }
    case 'broken':
      return failureSentence(outcome.failure, t);
    case 'unknown': {
      const placed = services.lists.find({ worktree, identity: outcome.identity });
      return placed === undefined
        ? t('No file describes it.')
        : unusableSpecSentence(placed.listed, t);
    }
  }
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
  if (outcomes.length > 1) return showStarted(services, outcomes);
  const sentence = `${only.outcome.identity}: ${startSentence(services, only)}`;
  if (isReady(only)) {
    vscode.window.setStatusBarMessage(sentence, 6000);
    return;
  }
  notify('warning', sentence, [pageAction(only, t('Show Page'))]);
}

interface OutcomeItem extends vscode.QuickPickItem {
  readonly each: PlacedOutcome;
}

/** A list with one line for each; nobody waits for it. Those that need somebody come first. */
export function showStarted(services: Services, outcomes: readonly PlacedOutcome[]): void {
  const { t } = vscode.l10n;
  const sorted = [...outcomes.filter((each) => !isReady(each)), ...outcomes.filter(isReady)];
  const items = sorted.map((each): OutcomeItem => {
    const { kind, identity } = each.outcome;
    const [icon, color] = icons[kind];
    const word = kind === 'unknown' ? t('unusable') : outcomeWordText({ outcome: kind }, t);
    return {
      each,
      label: toPickText(identity, 60),
      description: toPickText(word),
      detail: toPickText(startSentence(services, each), 400),
      iconPath: new vscode.ThemeIcon(icon, new vscode.ThemeColor(color)),
    };
  });
  const options = {
    title: t('Started: {0}', summary(outcomes)),
    placeHolder: t('Choose one to see its page'),
    matchOnDescription: true,
    matchOnDetail: true,
    ignoreFocusOut: true,
  };
  void vscode.window
    .showQuickPick(items, options)
    .then((picked) => picked && pageAction(picked.each, '').run());
}

function summary(outcomes: readonly PlacedOutcome[]): string {
  const { t } = vscode.l10n;
  const kinds = outcomes.map(({ outcome: { kind } }) => kind);
  const known = kinds.filter((kind) => kind !== 'unknown').map((outcome) => ({ outcome }));
  const unusable = kinds.length - known.length;
  return [outcomesText(known, t), unusable === 0 ? '' : t('{0} unusable', unusable)]
    .filter((part) => part !== '')
    .join(', ');
}

function pageAction(
  { worktree, outcome: { identity } }: PlacedOutcome,
  title: string,
): { readonly title: string; readonly run: () => Thenable<unknown> } {
  const command: IdentityCommandId = 'heddle.identity.showPage';
  const element = toIdentityElement({ worktree, identity });
  return { title, run: () => vscode.commands.executeCommand(command, element) };
}
