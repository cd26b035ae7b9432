import type { PreparedExecution } from './sessionExecutor.ts';
import type { Session } from './session.ts';

/**
 * Runs an execution to its end. The first event comes no sooner than in a later turn of the event loop,
 * so that who has just started the session can watch it from its first event on. Resolves when nothing of
 * the execution is left, which may be after the session has ended; never rejects.
 */
export async function driveSession(session: Session, prepared: PreparedExecution): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (!session.begin()) return;
  try {
    session.settle({ output: await prepared.run(session.control) });
  } catch (error) {
    session.settle({ error });
  }
}
