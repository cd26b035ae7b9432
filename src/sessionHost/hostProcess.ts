import type { Clock } from '../base/clock.ts';
import { maxStartRequestBytes } from '../node/sessions/startRequest.ts';
import type { CreateExecutor } from './hostExecutor.ts';
import { leaveParent, printLine, readAllInput } from './hostInput.ts';
import { runSessionHost } from './runSessionHost.ts';
import { createStderrLogger } from './stderrLogger.ts';

/** What a session may take to wind up when this process is broken. */
const lastWordsMs = 10_000;

/** Makes this process the host of the session that its input asks for, until it is needed no more. */
export async function hostProcess(createExecutor: CreateExecutor, clock: Clock): Promise<void> {
  const logger = createStderrLogger(process.pid, clock);
  // A disk that is full keeps nobody from going on: what cannot be complained of is not.
  process.stderr.on('error', () => undefined);
  const shutdown = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => shutdown.abort());
  }
  // The terminal of whoever started it is none of its business.
  process.on('SIGHUP', () => undefined);
  process.on('uncaughtException', (error) => {
    logger.error('The host of a session is broken and ends it.', error);
    shutdown.abort();
    setTimeout(() => process.exit(1), lastWordsMs).unref();
  });
  // What goes wrong with one client is no reason to end the session.
  process.on('unhandledRejection', (reason) => logger.error('Something was not expected.', reason));
  // Meant for this process alone, not for those that it starts.
  delete process.env.ELECTRON_RUN_AS_NODE;

  const input = await readAllInput(0, maxStartRequestBytes);
  // A host without anything to do at the moment still has clients to come.
  const alive = setInterval(() => undefined, 2 ** 30);
  const exitCode = await runSessionHost(input, {
    ...{ createExecutor, clock, logger },
    env: process.env,
    shutdown: shutdown.signal,
    answer: (line) => {
      printLine(1, line);
      leaveParent();
    },
  });
  clearInterval(alive);
  process.exit(exitCode);
}
