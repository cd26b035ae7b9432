import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';

/** Lines with a time and the process id: the hosts of a root share one file. */
export function createStderrLogger(pid: number, clock: Pick<Clock, 'now'>): Logger {
  const write = (level: string, message: unknown, details: readonly unknown[]): void => {
    const text = [message, ...details].map(textOf).join(' ');
    process.stderr.write(`${new Date(clock.now()).toISOString()} ${pid} ${level} ${text}\n`);
  };
  return {
    trace: () => undefined,
    debug: () => undefined,
    info: (message, ...details) => write('info', message, details),
    warn: (message, ...details) => write('warn', message, details),
    error: (message, ...details) => write('error', message, details),
  };
}

const maxTextLength = 2000;

function textOf(value: unknown): string {
  const text = value instanceof Error ? (value.stack ?? value.message) : String(value);
  return text.slice(0, maxTextLength);
}
