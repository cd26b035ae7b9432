import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { ConnectionRecipe } from '../../core/harness/connectionRecipe.ts';
import type { ConnectionPlan } from '../../node/connecting/connectionPlan.ts';
import { toPickText, toPlainLine } from '../../presentation/plainText.ts';
import type { VirtualTexts } from '../virtualTexts.ts';
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
  const shown = new Set<string>();
  try {
    await showChanges(changes, { title, texts, shown });
    const picked = await askChoice(
      {
        title,
        placeholder: vscode.l10n.t('The editor shows what would change. Do it?'),
        items: reviewItems(plans, button),
        isAnswer: ({ does, planned }) => {
          if (does === 'show' && planned?.plan.kind === 'change') {
            void showChanges([planned.plan], { title, texts, shown });
          }
          return does === 'go' || does === 'stop';
        },
      },
      place,
    );
    return picked === 'back' ? 'back' : picked?.does === 'go';
  } finally {
    await closePreviews(title, shown);
  }
}

interface Showing {
  readonly title: string;
  readonly texts: Pick<VirtualTexts, 'add'>;
  /** The addresses of the texts that were shown. */
  readonly shown: Set<string>;
}

type Change = Extract<ConnectionPlan, { readonly kind: 'change' }>;

async function showChanges(
  changes: readonly Change[],
  { title, texts, shown }: Showing,
): Promise<void> {
  const { t } = vscode.l10n;
  const sides = await Promise.all(
    changes.map(async ({ file, before, after }) => ({
      file,
      before: await withComments(texts.add(file, before ?? '')),
      after: await withComments(texts.add(file, after ?? '')),
    })),
  );
  for (const { after } of sides) shown.add(after.toString());
  const [only] = sides;
  if (only === undefined) return;
  if (sides.length === 1) {
    const { file, before, after } = only;
    const name = toPlainLine(basename(file), 80);
    const label = t('{0}: now ↔ afterwards', name);
    await vscode.commands.executeCommand('vscode.diff', before, after, label, { preview: true });
    return;
  }
  const resources = sides.map(({ file, before, after }) => [vscode.Uri.file(file), before, after]);
  await vscode.commands.executeCommand('vscode.changes', title, resources);
}

/** Agents allow comments in their settings: the editor is not to call them wrong. */
async function withComments(uri: vscode.Uri): Promise<vscode.Uri> {
  const document = await vscode.workspace.openTextDocument(uri);
  if (document.languageId === 'json') {
    await vscode.languages.setTextDocumentLanguage(document, 'jsonc');
  }
  return uri;
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

/** Only those that were opened for this review. An editor of several files is known by its title alone. */
async function closePreviews(title: string, shown: ReadonlySet<string>): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const ours = tabs.filter(({ input, label }) =>
    input instanceof vscode.TabInputTextDiff
      ? shown.has(input.modified.toString())
      : !(input instanceof vscode.TabInputText) && label.startsWith(title),
  );
  await vscode.window.tabGroups.close(ours);
}
