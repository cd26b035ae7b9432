import {
  asInstantMs,
  asKnownOr,
  asName,
  asNumber,
  asText,
  fieldsOf,
  optional,
  present,
  type Reader,
} from './fieldReaders.ts';

/** What kind of thing went wrong with an execution. */
export const failureKinds = [
  /** The agent said that it cannot go on. */
  'agent-error',
  /** What runs the agent made a mistake. */
  'engine-error',
  /** The process that ran the session is gone. */
  'host-died',
  'timeout',
  /** The agent said something that makes no sense. */
  'protocol-error',
  /** The agent's program could not be started. */
  'spawn-failed',
  'other',
] as const;
/** What kind of thing went wrong with an execution. */
export type FailureKind = (typeof failureKinds)[number];

/** What is known of a program that ended. */
export interface ProcessEnd {
  readonly exitCode?: number | undefined;
  /** The name of the signal that ended it. */
  readonly signal?: string | undefined;
  /** The last that it wrote to its error output. */
  readonly stderrTail?: string | undefined;
}

/** How an execution failed. */
export interface FailureInfo {
  readonly kind: FailureKind;
  /** A sentence for people. */
  readonly message: string;
  readonly occurredAtMs: number;
  readonly process?: ProcessEnd | undefined;
}

/** Thrown by an executor to say how an execution failed. Anything else that it throws is an engine error. */
export class ExecutionFailure extends Error {
  override readonly name = 'ExecutionFailure';

  constructor(
    readonly kind: FailureKind,
    message: string,
    readonly process?: ProcessEnd,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** What was thrown by an executor, as it is recorded. */
export function toFailureInfo(error: unknown, occurredAtMs: number): FailureInfo {
  if (error instanceof ExecutionFailure) {
    const { kind, message, process } = error;
    return present<FailureInfo>({ kind, message, occurredAtMs, process });
  }
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'engine-error', message, occurredAtMs };
}

const readProcessEnd: Reader<ProcessEnd> = (value, field) => {
  const at = fieldsOf(value, field);
  return present({
    exitCode: at('exitCode', optional(asNumber)),
    signal: at('signal', optional(asName)),
    stderrTail: at('stderrTail', optional(asText)),
  });
};

/** A failure out of a file or a message; kinds of newer versions are `other`. @throws MalformedField */
export const readFailureInfo: Reader<FailureInfo> = (value, field) => {
  const at = fieldsOf(value, field);
  return present({
    kind: at('kind', asKnownOr(failureKinds, 'other')),
    message: at('message', asText),
    occurredAtMs: at('occurredAtMs', asInstantMs),
    process: at('process', optional(readProcessEnd)),
  });
};
