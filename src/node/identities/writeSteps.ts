import type { WriteObserver, WriteStep } from '../atomicWrite.ts';

/** What a transaction writes, by what it is for. */
export type ContinuityFile =
  'floors' | 'floors-copy' | 'snapshot' | 'record' | 'lease' | 'owner' | 'message' | 'history';

/** The points of a transaction at which a process may die. */
export type ContinuityStep =
  | 'locked'
  | 'history:appended'
  | 'message:removed'
  | 'lease:removed'
  | 'owner:removed'
  | 'snapshots:pruned'
  | `${ContinuityFile}:${WriteStep}`;

/** Is told of each step when it has been reached. For tests that kill the process there. */
export type ContinuityObserver = (step: ContinuityStep) => void;

/** The steps of writing one file, under its name. */
export function fileSteps(
  observe: ContinuityObserver | undefined,
  file: ContinuityFile,
): WriteObserver {
  return (step) => observe?.(`${file}:${step}`);
}
