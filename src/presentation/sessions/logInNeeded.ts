import type { FailureInfo } from '../../core/sessions/failure.ts';

/** Whether an execution failed because the agent wants a person to log in first. */
export function isLogInNeeded({ kind, message }: Pick<FailureInfo, 'kind' | 'message'>): boolean {
  return kind === 'agent-error' && message.includes(' wants you to log in first. ');
}
