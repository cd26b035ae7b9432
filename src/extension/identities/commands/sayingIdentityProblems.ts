import * as vscode from 'vscode';
import { InvalidIdentity } from '../../../core/identities/agentIdentity.ts';
import { ContinuityStoreError } from '../../../core/identities/continuityStore.ts';
import { isIdentityError } from '../../../core/identities/identityError.ts';
import { RosterError } from '../../../core/identities/rosterProvider.ts';
import { InboxError } from '../../../node/identities/fileInbox.ts';
import { identityProblemSentence } from '../../../presentation/identities/identityWords.ts';
import type { CommandHandler } from '../../commands/commandServices.ts';
import { commandAction, notify } from '../../commands/notify.ts';
import { sayingProblems } from '../../sessions/commands/sayingProblems.ts';

/** What a command of named agents that failed returns to the code that called it. */
export interface IdentityCommandFailure {
  readonly error: { readonly code: string; readonly message: string };
}

/** The command with what agents, their owners and their sessions refuse told in a sentence, and returned. */
export function sayingIdentityProblems(handler: CommandHandler): CommandHandler {
  return sayingProblems(async (...args) => {
    try {
      return await handler(...args);
    } catch (error) {
      const failure = identityFailureOf(error);
      if (failure === undefined) throw error;
      notify('warning', failure.message, [
        commandAction(vscode.l10n.t('Show Log'), 'heddle.log.show'),
      ]);
      return { error: failure } satisfies IdentityCommandFailure;
    }
  });
}

/** What an error of named agents is to people; undefined for any other error. */
export function identityFailureOf(error: unknown): IdentityCommandFailure['error'] | undefined {
  if (isIdentityError(error)) {
    return { code: error.code, message: identityProblemSentence(error.problem, vscode.l10n.t) };
  }
  if (error instanceof InboxError) return { code: `inbox-${error.code}`, message: error.message };
  if (error instanceof ContinuityStoreError) {
    return { code: `store-${error.problem.code}`, message: error.message };
  }
  if (error instanceof RosterError) return { code: 'roster', message: error.message };
  if (error instanceof InvalidIdentity) return { code: 'invalid-name', message: error.message };
  return undefined;
}
