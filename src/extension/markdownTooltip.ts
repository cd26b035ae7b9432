import * as vscode from 'vscode';
import { toPlainLine } from '../presentation/plainText.ts';
import type { TooltipPart } from '../presentation/treeRow.ts';

/** A tooltip in which text from outside stays text: no links, icons, HTML or commands. */
export function markdownTooltip(parts: readonly TooltipPart[]): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString('', false);
  markdown.isTrusted = false;
  markdown.supportHtml = false;
  for (const part of parts) {
    switch (part.kind) {
      case 'title':
        markdown.appendMarkdown('**');
        appendPlain(markdown, part.text);
        markdown.appendMarkdown('**\n\n');
        break;
      case 'text':
        appendPlain(markdown, part.text);
        markdown.appendMarkdown('\n\n');
        break;
      case 'field':
        appendPlain(markdown, `${part.label}: ${part.value}`);
        markdown.appendMarkdown('  \n');
        break;
    }
  }
  return markdown;
}

/**
 * Every punctuation mark is escaped, so that also `www.example.com` and `a@example.com` stay text.
 * (`appendText` leaves those, and makes every space one at which a long line cannot break.)
 */
export function appendPlain(markdown: vscode.MarkdownString, text: string): void {
  markdown.appendMarkdown(toPlainLine(text, 400).replace(/[!-/:-@[-`{-~]/g, '\\$&'));
}
