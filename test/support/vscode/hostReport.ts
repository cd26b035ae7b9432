import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** What a suite in an extension host tells the process that started the host. */
export type HostReportLine =
  | { readonly type: 'line'; readonly text: string }
  | { readonly type: 'end'; readonly ran: number; readonly failures: number };

export interface HostReport {
  /** The numbers of a suite that came to its end; undefined before that. */
  result(): { readonly ran: number; readonly failures: number } | undefined;
  /** Reads the rest and stops reading. */
  close(): Promise<void>;
}

/** Prints the lines of a report file as they appear, also when the file does not exist yet. */
export function followReport(path: string, print: (text: string) => void): HostReport {
  let seen = 0;
  let result: { ran: number; failures: number } | undefined;
  let isClosed = false;

  const readNew = async (): Promise<void> => {
    const content = await readFile(path).catch(() => Buffer.alloc(0));
    const whole = content.lastIndexOf(0x0a) + 1;
    const fresh = content.subarray(seen, whole).toString('utf8');
    seen = Math.max(seen, whole);
    for (const text of fresh.split('\n').filter((each) => each !== '')) {
      const line = JSON.parse(text) as HostReportLine;
      if (line.type === 'line') print(line.text);
      else result = { ran: line.ran, failures: line.failures };
    }
  };
  const following = (async () => {
    while (!isClosed) {
      await readNew();
      await delay(100);
    }
    await readNew();
  })();

  return {
    result: () => result,
    close: async () => {
      isClosed = true;
      await following;
    },
  };
}
