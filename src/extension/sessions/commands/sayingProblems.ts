import * as vscode from 'vscode';
import { MalformedField } from '../../../core/sessions/fieldReaders.ts';
import { isSessionError } from '../../../core/sessions/sessionError.ts';
import { isHostError } from '../../../node/sessions/hostErrors.ts';
import { problemSentence } from '../../../presentation/sessions/sessionWords.ts';
import type { CommandHandler } from '../../commands/commandServices.ts';
import { commandAction, notify } from '../../commands/notify.ts';

/** What a command of sessions that failed returns to the code that called it. */
export interface SessionCommandFailure {
  readonly error: { readonly code: string; readonly message: string };
}

/** The command with what sessions and their hosts refuse told in a sentence, and returned. */
export function sayingProblems(handler: CommandHandler): CommandHandler {
  return async (...args) => {
    try {
      return await handler(...args);
    } catch (error) {
      const failure = failureOf(error);
      if (failure === undefined) throw error;
      const isRefusal = failure.code !== 'engine' && failure.code !== 'host-protocol';
      const actions = isRefusal
        ? []
        : [commandAction(vscode.l10n.t('Show Log'), 'heddle.log.show')];
      notify('warning', failure.message, actions);
      return { error: failure } satisfies SessionCommandFailure;
    }
  };
}

function failureOf(error: unknown): SessionCommandFailure['error'] | undefined {
  const { t } = vscode.l10n;
  if (isSessionError(error)) {
    return { code: error.code, message: problemSentence(error.problem, t) };
  }
  if (isHostError(error)) {
    const message = t('The process that runs the session cannot be reached: {0}', error.message);
    return { code: `host-${error.code}`, message };
  }
  if (!(error instanceof MalformedField)) return undefined;
  return { code: 'invalid-arguments', message: error.message };
}
