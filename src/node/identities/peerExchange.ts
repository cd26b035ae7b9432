import type { HistoryEntry } from './historyEntry.ts';

/** So many messages of peers an agent answers without a person or a program having said anything. */
export const maxExchange = 50;

/** How many messages of peers an agent was brought since anybody else has said something to it. */
export function exchangeLength(history: readonly HistoryEntry[]): number {
  const said = history.filter((entry) => entry.kind === 'message');
  const last = said.findLastIndex(({ origin }) => origin !== 'flow');
  return said.length - 1 - last;
}
