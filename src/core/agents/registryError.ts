/** Why an operation on the registry could not be done, from the caller's view. */
export type RegistryErrorCode =
  | 'invalid-session-id'
  | 'invalid-entry'
  | 'broken-entry'
  | 'not-found'
  | 'not-active'
  | 'thread-taken'
  | 'undo-refused'
  | 'lock-timeout'
  | 'lock-unavailable'
  | 'read-only'
  | 'no-registry'
  | 'outside-root'
  | 'invalid-path'
  | 'invalid-ttl'
  | 'invalid-holder'
  | 'not-holder'
  | 'invalid-snapshot'
  | 'io';

export interface RegistryErrorDetails {
  readonly sessionId?: string | undefined;
  readonly thread?: string | undefined;
  readonly ownerSessionId?: string | undefined;
  readonly file?: string | undefined;
}

/** The one error class of the registry. Its message is a sentence that says what to do next. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';

  constructor(
    readonly code: RegistryErrorCode,
    message: string,
    readonly details: RegistryErrorDetails = {},
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Tells registry errors apart by class and, when given, by code; never by their message. */
export function isRegistryError(error: unknown, code?: RegistryErrorCode): error is RegistryError {
  return error instanceof RegistryError && (code === undefined || error.code === code);
}
