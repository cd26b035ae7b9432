import * as vscode from 'vscode';
import type { RegistryError } from '../../core/agents/registryError.ts';

/** What an error offers to do about it, in the order of its buttons. */
export type Remedy = 'open-file' | 'manage-trust' | 'retry' | 'initialise' | 'show-log';

export interface ErrorNotice {
  /** A warning for what a person can expect, an error for what is out of order. */
  readonly severity: 'warning' | 'error';
  /** Whole sentences, with text from outside in them that the surface must make harmless. */
  readonly message: string;
  readonly remedies: readonly Remedy[];
}

/** How an error of the registry is told to a person, and what can be done about it. */
export function registryErrorNotice(error: RegistryError): ErrorNotice {
  const { t } = vscode.l10n;
  const { code, details } = error;
  switch (code) {
    case 'read-only':
      return {
        severity: 'warning',
        message: t('This workspace is not trusted, so nothing is written.'),
        remedies: ['manage-trust'],
      };
    case 'thread-taken':
      return {
        severity: 'warning',
        message: t(
          'Thread "{0}" is held by {1}. Release that session, or choose another thread.',
          details.thread ?? '?',
          details.ownerSessionId ?? '?',
        ),
        remedies: [],
      };
    case 'not-active':
      return {
        severity: 'warning',
        message: t('{0} is not active any more.', details.sessionId ?? '?'),
        remedies: [],
      };
    case 'no-registry':
      return {
        severity: 'warning',
        message: t('There is no registry here yet.'),
        remedies: ['initialise'],
      };
    case 'broken-entry':
      return { severity: 'warning', message: error.message, remedies: ['open-file', 'show-log'] };
    case 'lock-timeout':
    case 'io':
      return { severity: 'error', message: error.message, remedies: ['retry', 'show-log'] };
    case 'lock-unavailable':
    case 'invalid-entry':
      return { severity: 'error', message: error.message, remedies: ['show-log'] };
    case 'not-found':
    case 'undo-refused':
    case 'invalid-session-id':
    case 'outside-root':
    case 'invalid-path':
    case 'invalid-ttl':
    case 'invalid-holder':
    case 'not-holder':
    case 'invalid-snapshot':
      return { severity: 'warning', message: error.message, remedies: [] };
  }
}
