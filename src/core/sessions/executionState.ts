import { readCancelInfo, readOpenState, type CancelInfo, type OpenState } from './cancellation.ts';
import { readExecutionResult, type ExecutionResult } from './executionResult.ts';
import { readFailureInfo, type FailureInfo } from './failure.ts';
import { asOneOf, fieldsOf, type Reader } from './fieldReaders.ts';

/** How an execution ended. Nothing leaves such a state. */
export type TerminalOutcome =
  | { readonly state: 'done'; readonly result: ExecutionResult }
  | { readonly state: 'cancelled'; readonly cancel: CancelInfo }
  | { readonly state: 'failed'; readonly failure: FailureInfo };

/** Where an execution stands. */
export type ExecutionState = OpenState | TerminalOutcome;

/** The word for each state. */
export const executionStateTags = ['running', 'paused', 'done', 'cancelled', 'failed'] as const;
/** A state without what belongs to it. */
export type ExecutionStateTag = (typeof executionStateTags)[number];
/** A state in which an execution ends, without what belongs to it. */
export type TerminalTag = TerminalOutcome['state'];

/** True for a state in which an execution ends. */
export function isTerminal(state: ExecutionState): state is TerminalOutcome {
  return isTerminalTag(state.state);
}

/** True for the word of a state in which an execution ends. */
export function isTerminalTag(tag: ExecutionStateTag): tag is TerminalTag {
  return tag !== 'running' && tag !== 'paused';
}

/** How an execution ended, out of a file or a message. @throws MalformedField */
export const readTerminalOutcome: Reader<TerminalOutcome> = (value, field) => {
  const at = fieldsOf(value, field);
  const state = at('state', asOneOf(['done', 'cancelled', 'failed']));
  switch (state) {
    case 'done':
      return { state, result: at('result', readExecutionResult) };
    case 'cancelled':
      return { state, cancel: at('cancel', readCancelInfo) };
    case 'failed':
      return { state, failure: at('failure', readFailureInfo) };
  }
};

/** A state out of a message. @throws MalformedField */
export function parseExecutionState(value: unknown): ExecutionState {
  const tag = fieldsOf(value, '')('state', asOneOf(executionStateTags));
  return isTerminalTag(tag) ? readTerminalOutcome(value, '') : readOpenState(value, '');
}
