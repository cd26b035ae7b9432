import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { ConnectionRecipe } from '../../core/harness/connectionRecipe.ts';
import type { ConnectionPlan } from '../../node/connecting/connectionPlan.ts';
import { toPickText, toPlainLine } from '../../presentation/plainText.ts';
import { textScheme, type VirtualTexts } from '../virtualTexts.ts';
import { askChoice, type StepPlace } from './multiStepInput.ts';

/** What would become of the settings of one agent. */
export interface PlannedConnection {
  readonly recipe: ConnectionRecipe;
  readonly plan: ConnectionPlan;
}

interface ReviewItem extends vscode.QuickPickItem {
  readonly does: 'go' | 'stop' | 'show' | undefined;
  readonly planned?: PlannedConnection | undefined;
}

/**
 * Shows in a diff editor what would change, and asks whether it is to be done. The editor is closed
 * afterwards.
 */
export async function reviewPlans(
  plans: readonly PlannedConnection[],
  {
    title,
    button,
    texts,
    place,
  }: {
    readonly title: string;
    readonly button: string;
    readonly texts: Pick<VirtualTexts, 'add'>;
    readonly place: StepPlace;
  },
): Promise<boolean | 'back'> {
  const changes = plans.flatMap(({ plan }) => (plan.kind === 'change' ? [plan] : []));
  try {
    await showChanges(changes, { title, texts });
    const picked = await askChoice(
      {
        title,
        placeholder: vscode.l10n.t('The editor shows what would change. Do it?'),
        items: reviewItems(plans, button),
        isAnswer: ({ does, planned }) => {
          if (does === 'show' && planned?.plan.kind === 'change') {
            void showChanges([planned.plan], { title, texts });
          }
          return does === 'go' || does === 'stop';
        },
      },
      place,
    );
    return picked === 'back' ? 'back' : picked?.does === 'go';
  } finally {
    await closePreviews(title);
  }
}

type Change = Extract<ConnectionPlan, { readonly kind: 'change' }>;

async function showChanges(
  changes: readonly Change[],
  { title, texts }: { readonly title: string; readonly texts: Pick<VirtualTexts, 'add'> },
): Promise<void> {
  const { t } = vscode.l10n;
  const sides = changes.map(({ file, before, after }) => ({
    file,
    before: texts.add(file, before ?? ''),
    after: texts.add(file, after ?? ''),
  }));
  const [only] = sides;
  if (only === undefined) return;
  if (sides.length === 1) {
    const { file, before, after } = only;
    const name = toPlainLine(basename(file), 80);
    const shown = t('{0}: now ↔ afterwards', name);
    await vscode.commands.executeCommand('vscode.diff', before, after, shown, { preview: true });
    return;
  }
  const resources = sides.map(({ file, before, after }) => [vscode.Uri.file(file), before, after]);
  await vscode.commands.executeCommand('vscode.changes', title, resources);
}

function reviewItems(plans: readonly PlannedConnection[], button: string): readonly ReviewItem[] {
  const { t } = vscode.l10n;
  const separator = { label: t('Settings files'), kind: vscode.QuickPickItemKind.Separator };
  return [
    { label: `$(check) ${button}`, does: 'go' },
    { label: `$(close) ${t('Cancel')}`, does: 'stop' },
    { ...separator, does: undefined },
    ...plans.map((planned): ReviewItem => {
      const { recipe, plan } = planned;
      return {
        label: `${iconOf(plan)} ${toPickText(recipe.displayName)}`,
        description: toPickText(whatText(plan), 400),
        detail: toPickText(plan.file, 300),
        does: 'show',
        planned,
      };
    }),
  ];
}

function iconOf({ kind }: ConnectionPlan): string {
  switch (kind) {
    case 'change':
      return '$(diff)';
    case 'nothing':
      return '$(pass)';
    case 'problem':
      return '$(error)';
  }
}

function whatText(plan: ConnectionPlan): string {
  const { t } = vscode.l10n;
  switch (plan.kind) {
    case 'nothing':
      return t('nothing changes');
    case 'problem':
      return plan.message;
    case 'change':
      if (plan.before === undefined) return t('a new file');
      return plan.after === undefined ? t('the file is removed') : t('changes');
  }
}

/** Only those that show our texts. */
async function closePreviews(title: string): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const ours = tabs.filter(({ input, label }) =>
    input instanceof vscode.TabInputTextDiff
      ? input.original.scheme === textScheme && input.modified.scheme === textScheme
      : label.startsWith(title),
  );
  await vscode.window.tabGroups.close(ours);
}
