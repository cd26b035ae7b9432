import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import {
  specCompletions,
  specFieldsOf,
  specHover,
  type SpecCompletion,
  type SpecField,
  type SpecNames,
} from '../../presentation/identities/specAssist.ts';
import { appendPlain } from '../markdownTooltip.ts';
import type { SessionAgents } from '../sessions/sessionAgents.ts';
import type { IdentityListSet } from './identityListSet.ts';

export interface SpecAssistanceOptions {
  readonly lists: Pick<IdentityListSet, 'places'>;
  readonly agents: Pick<SessionAgents, 'list'>;
  readonly context: Pick<vscode.ExtensionContext, 'asAbsolutePath'>;
}

const files: vscode.DocumentSelector = {
  scheme: 'file',
  pattern: '**/.heddle/identities/*.toml',
};

/** Completion and hover texts in the files that describe agents, from their schema. */
export class SpecAssistance
  implements vscode.CompletionItemProvider, vscode.HoverProvider, Disposable
{
  private readonly own = new DisposableStore();
  private fields: readonly SpecField[] | undefined;

  constructor(private readonly options: SpecAssistanceOptions) {
    const { languages } = vscode;
    this.own.add(languages.registerCompletionItemProvider(files, this, '"', '=', '[', ','));
    this.own.add(languages.registerHoverProvider(files, this));
  }

  provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): vscode.CompletionItem[] {
    const before = document.getText(new vscode.Range(new vscode.Position(0, 0), position));
    const names = this.namesFor(document.uri);
    return specCompletions(before, { fields: this.schemaFields(), names }).map((completion, i) =>
      toItem(completion, { position, order: i }),
    );
  }

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const found = specHover(document.lineAt(position.line).text, this.schemaFields());
    if (found === undefined || position.character < found.start || position.character > found.end) {
      return undefined;
    }
    const { field, start, end } = found;
    const texts = [
      field.description,
      ...field.values.map(({ value, description }) => `${value}: ${description}`),
    ];
    return new vscode.Hover(
      texts.map(toMarkdown),
      new vscode.Range(position.line, start, position.line, end),
    );
  }

  dispose(): void {
    this.own.dispose();
  }

  private namesFor({ fsPath }: vscode.Uri): SpecNames {
    const own = basename(fsPath, '.toml');
    const { t } = vscode.l10n;
    const folder = dirname(fsPath);
    const place = this.options.lists.places.find(({ specs }) => specs.folder === folder);
    const described = place?.identities.filter(({ listed }) => listed.specPath !== undefined) ?? [];
    return {
      agents: this.options.agents.list().map(({ id, name, command }) => ({
        value: id,
        description: command === undefined ? t('{0} (not found on this machine)', name) : name,
      })),
      peers: described
        .filter(({ listed }) => listed.identity !== own)
        .map(({ listed }) => ({
          value: listed.identity,
          description: listed.spec?.displayName ?? '',
        })),
    };
  }

  /** Read once, when somebody edits such a file. */
  private schemaFields(): readonly SpecField[] {
    if (this.fields) return this.fields;
    const path = this.options.context.asAbsolutePath('media/identity.schema.json');
    this.fields = specFieldsOf(JSON.parse(readFileSync(path, 'utf8')) as unknown);
    return this.fields;
  }
}

function toItem(
  { kind, label, description, snippet, replaces }: SpecCompletion,
  { position, order }: { readonly position: vscode.Position; readonly order: number },
): vscode.CompletionItem {
  const { Property, Value } = vscode.CompletionItemKind;
  const item = new vscode.CompletionItem(label, kind === 'field' ? Property : Value);
  item.insertText = new vscode.SnippetString(snippet);
  item.range = new vscode.Range(position.translate(0, -replaces), position);
  item.documentation = toMarkdown(description);
  item.sortText = String(order).padStart(4, '0');
  // What the field may be is offered at once.
  if (kind === 'field') item.command = { command: 'editor.action.triggerSuggest', title: '' };
  return item;
}

function toMarkdown(text: string): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString('', false);
  appendPlain(markdown, text);
  return markdown;
}
