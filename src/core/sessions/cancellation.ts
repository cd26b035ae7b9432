import {
  asInstantMs,
  asKnownOr,
  asName,
  asOneOf,
  asText,
  fieldsOf,
  optional,
  present,
  type Reader,
} from './fieldReaders.ts';
import { readPauseInfo, type PauseInfo } from './pause.ts';

/** Why an execution is cancelled. */
export const cancelCodes = [
  'user',
  'timeout',
  'parent-dropped',
  'system-shutdown',
  'internal',
] as const;
/** Why an execution is cancelled. */
export type CancelCode = (typeof cancelCodes)[number];

/** Why an execution is cancelled, as the one who asks for it says. */
export interface CancelReason {
  readonly code: CancelCode;
  readonly detail?: string | undefined;
  /** Who asks for it, where that is known. */
  readonly by?: string | undefined;
  readonly requestedAtMs: number;
}

/** A state of an execution that goes on. */
export type OpenState =
  { readonly state: 'running' } | { readonly state: 'paused'; readonly pause: PauseInfo };

/** How an execution was cancelled. */
export interface CancelInfo {
  /** That of the first who asked. */
  readonly reason: CancelReason;
  /** When the execution had stopped. */
  readonly observedAtMs: number;
  /** What it was in the middle of when it was first asked to stop. */
  readonly stateBefore: OpenState;
}

/** A wish to cancel out of a message. @throws MalformedField */
export function parseCancelReason(value: unknown): CancelReason {
  return readReason(asOneOf(cancelCodes))(value, '');
}

function readReason(readCode: Reader<CancelCode>): Reader<CancelReason> {
  return (value, field) => {
    const at = fieldsOf(value, field);
    return present({
      code: at('code', readCode),
      detail: at('detail', optional(asText)),
      by: at('by', optional(asName)),
      requestedAtMs: at('requestedAtMs', asInstantMs),
    });
  };
}

/** A recorded reason; codes of newer versions are `internal`. @throws MalformedField */
export const readCancelReason = readReason(asKnownOr(cancelCodes, 'internal'));

/** A state that is not an end. @throws MalformedField */
export const readOpenState: Reader<OpenState> = (value, field) => {
  const at = fieldsOf(value, field);
  const state = at('state', asOneOf(['running', 'paused']));
  return state === 'running' ? { state } : { state, pause: at('pause', readPauseInfo) };
};

/** How an execution was cancelled, out of a file or a message. @throws MalformedField */
export const readCancelInfo: Reader<CancelInfo> = (value, field) => {
  const at = fieldsOf(value, field);
  return {
    reason: at('reason', readCancelReason),
    observedAtMs: at('observedAtMs', asInstantMs),
    stateBefore: at('stateBefore', readOpenState),
  };
};
