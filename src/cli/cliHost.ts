import type { Clock } from '../base/clock.ts';

/** An output stream of the process; `process.stdout` is one. */
export type CliStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
};

/** What a run of the program may touch of the process around it. */
export interface CliHost {
  readonly stdout: CliStream;
  readonly stderr: CliStream;
  /** Only what reads it asks for it: from then on it may keep the process waiting. */
  readonly stdin: () => NodeJS.ReadableStream;
  /** The working directory, absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /**
   * Aborts when the person or the system asks the program to stop. Only what runs until then asks for
   * it: from that moment on the usual signals no longer end the process by themselves. The reason is the
   * name of the signal, such as `SIGINT`.
   */
  readonly stopSignal: () => AbortSignal;
}
