import {
  asInstantMs,
  asJson,
  asName,
  fieldsOf,
  optional,
  present,
  type Reader,
} from './fieldReaders.ts';
import { readTokenUsage, type TokenUsage } from './tokenUsage.ts';

/** What an execution that ran to its end came to. */
export interface ExecutionResult {
  /** Anything that JSON can hold. */
  readonly value: unknown;
  /** Undefined when no model was asked. */
  readonly usage?: TokenUsage | undefined;
  /** Why the agent stopped, in its own word. */
  readonly stopReason?: string | undefined;
  readonly finishedAtMs: number;
}

/** A result out of a file or a message. @throws MalformedField */
export const readExecutionResult: Reader<ExecutionResult> = (value, field) => {
  const at = fieldsOf(value, field);
  return present({
    value: at('value', asJson),
    usage: at('usage', optional(readTokenUsage)),
    stopReason: at('stopReason', optional(asName)),
    finishedAtMs: at('finishedAtMs', asInstantMs),
  });
};
