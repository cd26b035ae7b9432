import { createInterface } from 'node:readline';
import { UsageError } from './usageError.ts';
import type { VerbContext } from './verbContext.ts';

export interface ConfirmFlags {
  readonly yes?: boolean;
}

/**
 * Whether a person wants what cannot be undone. Without a terminal nobody can be asked.
 * @throws UsageError that names `--yes`
 */
export async function isConfirmed(
  { host, output }: VerbContext,
  { yes }: ConfirmFlags,
  loss: string,
): Promise<boolean> {
  if (yes === true) return true;
  const canAsk = !output.isJson && host.stdout.isTTY === true && isTerminal(host.stdin());
  if (!canAsk) throw new UsageError(`${loss} Give --yes to do it.`);
  output.lines([loss, [{ text: 'Type yes and Enter to do it.', tone: 'faint' }]]);
  const line = await firstLine(host.stdin());
  if (line?.trim().toLowerCase() === 'yes') return true;
  output.lines(['Nothing was changed.']);
  return false;
}

function isTerminal(stream: NodeJS.ReadableStream): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}

function firstLine(input: NodeJS.ReadableStream): Promise<string | undefined> {
  const lines = createInterface({ input, terminal: false });
  return new Promise((resolve) => {
    lines.once('line', (line) => {
      resolve(line);
      lines.close();
    });
    lines.once('close', () => resolve(undefined));
  });
}
