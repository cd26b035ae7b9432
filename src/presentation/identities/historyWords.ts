import type { IdentityState } from '../../core/identities/identityState.ts';
import { inEnglish, type Translate } from '../agentWording.ts';
import { toPlainLine } from '../plainText.ts';
import { identityStateText } from './identityWords.ts';

/** What happened to a named agent, as its history has it. */
export type ShownHistoryEvent =
  | {
      readonly kind: 'state_changed';
      readonly state: IdentityState;
      readonly detail?: string | undefined;
    }
  | { readonly kind: 'lease_acquired'; readonly token: number; readonly by?: string | undefined }
  | { readonly kind: 'lease_lost'; readonly token?: number | undefined }
  | {
      readonly kind: 'checkpoint_completed';
      readonly version: number;
      readonly generation: number;
    }
  | { readonly kind: 'resume_fallback' | 'note'; readonly detail: string }
  | { readonly kind: 'message'; readonly from: string; readonly text: string }
  | { readonly kind: 'session_started'; readonly sessionId: string }
  | {
      readonly kind: 'session_ended';
      readonly sessionId: string;
      readonly outcome: string;
      readonly output?: string | undefined;
    }
  | {
      readonly kind: 'respawned' | 'reset';
      readonly generation: number;
      readonly detail?: string | undefined;
    }
  | { readonly kind: 'deleted' };

const maxTextLength = 200;
const maxNameLength = 80;

/** What happened, in one line for people. Texts of others are shortened. */
export function historyText(event: ShownHistoryEvent, t: Translate = inEnglish): string {
  switch (event.kind) {
    case 'state_changed':
      return withDetail(identityStateText(event.state, t), event.detail, t);
    case 'lease_acquired':
      return event.by === undefined
        ? t('owned under token {0}', event.token)
        : t('owned by {0} under token {1}', shortText(event.by, maxNameLength), event.token);
    case 'lease_lost':
      return t('given up or lost');
    case 'checkpoint_completed':
      return t('checkpoint {0} of generation {1}', event.version, event.generation);
    case 'resume_fallback':
      return t('began a new conversation: {0}', shortText(event.detail));
    case 'note':
      return shortText(event.detail);
    case 'message':
      return t('message of {0}: {1}', shortText(event.from, maxNameLength), shortText(event.text));
    case 'session_started':
      return t('session {0} began', shortText(event.sessionId, maxNameLength));
    case 'session_ended': {
      const outcome = shortText(event.outcome);
      return withDetail(
        t('session {0} ended: {1}', shortText(event.sessionId, maxNameLength), outcome),
        event.output,
        t,
      );
    }
    case 'respawned':
      return withDetail(t('respawned at generation {0}', event.generation), event.detail, t);
    case 'reset':
      return withDetail(t('reset to generation {0}', event.generation), event.detail, t);
    case 'deleted':
      return t('deleted');
  }
}

function withDetail(text: string, detail: string | undefined, t: Translate): string {
  return detail === undefined ? text : t('{0}: {1}', text, shortText(detail));
}

function shortText(text: string, maxLength = maxTextLength): string {
  return toPlainLine(text, maxLength);
}
