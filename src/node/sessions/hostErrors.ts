import { ErrorCodes, ResponseError } from 'vscode-jsonrpc/node';
import { errorText } from '../../base/errorText.ts';
import { MalformedField } from '../../core/sessions/fieldReaders.ts';
import {
  isSessionError,
  parseSessionProblem,
  SessionError,
  type SessionProblem,
} from '../../core/sessions/sessionError.ts';

/** Why a host cannot be talked to. */
export type HostErrorCode =
  /** There is no host, or it listens nowhere. */
  | 'unreachable'
  /** It does not let us in. */
  | 'refused'
  /** It went away. */
  | 'lost'
  /** It said, or was told, something that makes no sense. */
  | 'protocol';

/** Talking to a host failed; what the verbs themselves say is a SessionError. */
export class HostError extends Error {
  override readonly name = 'HostError';

  constructor(
    readonly code: HostErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

export function isHostError(error: unknown, code?: HostErrorCode): error is HostError {
  return error instanceof HostError && (code === undefined || error.code === code);
}

const sessionErrorCode = 1;

/** An error of a verb as it crosses the connection. */
export function toResponseError(error: unknown): ResponseError<SessionProblem | undefined> {
  if (isSessionError(error)) {
    return new ResponseError(sessionErrorCode, error.message, error.problem);
  }
  const isBadInput = error instanceof MalformedField;
  return new ResponseError(
    isBadInput ? ErrorCodes.InvalidParams : ErrorCodes.InternalError,
    errorText(error),
    undefined,
  );
}

/** An error that came over the connection: the same SessionError as at the host, or a HostError. */
export function fromResponseError(error: unknown): Error {
  if (!(error instanceof ResponseError)) {
    return new HostError('lost', 'The connection to the session is gone.', { cause: error });
  }
  const lost: readonly number[] = [
    ErrorCodes.PendingResponseRejected,
    ErrorCodes.ConnectionInactive,
    ErrorCodes.MessageWriteError,
    ErrorCodes.MessageReadError,
  ];
  if (lost.includes(error.code)) return fromResponseError(undefined);
  try {
    return new SessionError(parseSessionProblem(error.data), { cause: error });
  } catch {
    return new HostError('protocol', error.message, { cause: error });
  }
}
