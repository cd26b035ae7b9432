import { errorCode } from '../base/errorText.ts';

/** True when no process has this id. Where that cannot be told it is false. */
export function isProcessGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return errorCode(error) === 'ESRCH';
  }
}
