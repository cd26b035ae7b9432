import * as vscode from 'vscode';
import type { AgentIdentity } from '../../../core/identities/agentIdentity.ts';
import type { StartOutcome } from '../../../node/identities/startOutcome.ts';
import { unusableSpecSentence } from '../../../presentation/identities/identityWords.ts';
import {
  outcomeSentence,
  outcomesText,
  outcomeWordText,
} from '../../../presentation/identities/outcomeWords.ts';
import { toIdentityElement } from '../../../presentation/identities/rows/identityElement.ts';
import { toPickText } from '../../../presentation/plainText.ts';
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
    return {
      each,
      label: toPickText(identity, 60),
      description: toPickText(outcomeWordText({ kind }, t)),
      detail: toPickText(shortReason(each.outcome) ?? startSentence(services, each), 400),
      iconPath: new vscode.ThemeIcon(icon, new vscode.ThemeColor(color)),
    };
  });
  const options = {
    title: t(
      'Agents: {0}',
      outcomesText(
        outcomes.map(({ outcome }) => outcome),
        t,
      ),
    ),
    placeHolder: t('Choose one to see its page'),
    matchOnDescription: true,
    matchOnDetail: true,
    ignoreFocusOut: true,
  };
  void vscode.window
    .showQuickPick(items, options)
    .then((picked) => picked && pageAction(picked.each, '').run());
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
  { worktree, outcome: { identity } }: PlacedOutcome,
  title: string,
): { readonly title: string; readonly run: () => Thenable<unknown> } {
  const command: IdentityCommandId = 'heddle.identity.showPage';
  const element = toIdentityElement({ worktree, identity });
  return { title, run: () => vscode.commands.executeCommand(command, element) };
}
