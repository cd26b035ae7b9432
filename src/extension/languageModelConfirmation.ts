import * as vscode from 'vscode';
import { pathsText } from '../presentation/activityWording.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import { namedPlaces } from './languageModelFolder.ts';
import type { ToolEffect } from './languageModelToolTable.ts';

interface Question {
  /** What is done meanwhile. */
  readonly progress: string;
  readonly title: string;
  readonly question: string;
}

const maxThreadLength = 80;

/** What is said and asked before a tool runs. Whatever only looks is not asked about. */
export function prepareTool(effect: ToolEffect, input: unknown): vscode.PreparedToolInvocation {
  const question = questionFor(effect, input);
  if (question === undefined) {
    return { invocationMessage: vscode.l10n.t('Looking at agents and file locks') };
  }
  const { progress, title } = question;
  // An untrusted workspace is told so by the answer; nothing is changed that could be asked about.
  if (!vscode.workspace.isTrusted) return { invocationMessage: progress };
  const message = new vscode.MarkdownString().appendText(question.question);
  return { invocationMessage: progress, confirmationMessages: { title, message } };
}

function questionFor(effect: ToolEffect, input: unknown): Question | undefined {
  const { t } = vscode.l10n;
  const { paths } = namedPlaces(input);
  const files = paths.length === 0 ? t('everything it holds') : pathsText({ paths }, t);
  switch (effect) {
    case 'nothing':
      return undefined;
    case 'lock':
      return {
        progress: t('Locking files'),
        title: t('Lock Files'),
        question: t('Copilot is to hold {0}, so that other agents and people keep away.', files),
      };
    case 'wait':
      return {
        progress: t('Waiting for files'),
        title: t('Wait for Files'),
        question: t('Copilot is to wait for {0} and to hold it as soon as it is free.', files),
      };
    case 'unlock':
      return {
        progress: t('Unlocking files'),
        title: t('Unlock Files'),
        question: t('Copilot is to give back {0}.', files),
      };
    case 'reserve':
      return {
        progress: t('Reserving a thread'),
        title: t('Reserve Thread'),
        question: t('Copilot is to take the thread "{0}".', threadIn(input)),
      };
    case 'release':
      return {
        progress: t('Releasing a thread'),
        title: t('Release Thread'),
        question: t('Copilot is to give back the thread that it holds.'),
      };
  }
}

function threadIn(input: unknown): string {
  if (typeof input !== 'object' || input === null || !('thread' in input)) return '';
  return typeof input.thread === 'string' ? toPlainLine(input.thread, maxThreadLength) : '';
}
