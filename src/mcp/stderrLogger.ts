import { errorText } from '../base/errorText.ts';
import type { Logger } from '../base/logger.ts';
import { toPlainLine } from '../presentation/plainText.ts';

const ignore = (): void => undefined;
const maxLineLength = 2000;

/** Warnings and errors as lines on a stream that is not the protocol's. */
export function createStderrLogger(stderr: NodeJS.WritableStream): Logger {
  const say =
    (level: string) =>
    (message: string | Error, ...args: readonly unknown[]): void => {
      const text = [message, ...args].map(errorText).join(' ');
      stderr.write(`heddle-agents mcp: ${level}: ${toPlainLine(text, maxLineLength)}\n`);
    };
  return { trace: ignore, debug: ignore, info: ignore, warn: say('warning'), error: say('error') };
}
