import * as vscode from 'vscode';
import { errorText } from '../base/errorText.ts';
import type { Logger } from '../base/logger.ts';
import type { AgentEntry } from '../core/agents/agentEntry.ts';
import { timestampMs } from '../core/agents/timestamp.ts';
import { localTime } from '../presentation/duration.ts';
import { notify } from './commands/notify.ts';
import { releaseAgent } from './commands/releaseAgent.ts';
import type { LocatedAgent } from './registrySet.ts';

export interface ReservationOffer {
  /** Whether this window made the reservation or another one that is gone. */
  readonly from: 'own' | 'other-window';
  /** The reservation as it is when the button is pressed; undefined when it is gone. */
  readonly find: () => LocatedAgent | undefined;
  readonly logger: Logger;
}

/** Asks whether a reservation that was left behind is still wanted. Keeping it needs no answer. */
export function offerRelease(entry: AgentEntry, { from, find, logger }: ReservationOffer): void {
  const { t } = vscode.l10n;
  const startedMs = timestampMs(entry.startedAt);
  const since = startedMs === undefined ? entry.startedAt : localTime(startedMs);
  const message =
    from === 'own'
      ? t('You still hold "{0}", since {1}.', entry.thread, since)
      : t('You still hold "{0}", since {1}, from a window that is closed.', entry.thread, since);
  notify('information', message, [
    { title: t('Keep'), run: () => Promise.resolve() },
    { title: t('Release'), run: () => release(find(), logger) },
  ]);
}

async function release(located: LocatedAgent | undefined, logger: Logger): Promise<void> {
  if (located === undefined) return;
  try {
    await releaseAgent(located, 'abandoned');
    await located.root.refresh();
  } catch (error) {
    logger.error('A reservation could not be released.', error);
    notify('error', vscode.l10n.t('It could not be released: {0}', errorText(error)));
  }
}
