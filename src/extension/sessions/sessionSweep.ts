import * as vscode from 'vscode';
import { DisposableStore, toDisposable, type Disposable } from '../../base/lifecycle.ts';
import { sweepSessions } from '../../node/sessions/sessionHistory.ts';
import type { SessionListSet } from './sessionListSet.ts';
import { readRetention } from './sessionSettings.ts';

/** Not while the window opens. */
const firstDelayMs = 60_000;
const intervalMs = 24 * 60 * 60_000;

/** Deletes once a day what is older or more than is to be kept. A restricted window deletes nothing. */
export class SessionSweep implements Disposable {
  private readonly own = new DisposableStore();

  constructor(
    private readonly lists: Pick<SessionListSet, 'roots'>,
    private readonly logger: vscode.LogOutputChannel,
  ) {
    const first = setTimeout(() => void this.sweep(), firstDelayMs);
    const timer = setInterval(() => void this.sweep(), intervalMs);
    this.own.add(toDisposable(() => clearTimeout(first)));
    this.own.add(toDisposable(() => clearInterval(timer)));
  }

  /** Never rejects. */
  async sweep(): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    const keep = readRetention();
    for (const { folder, root } of this.lists.roots) {
      try {
        const options = { probe: root.probe, nowMs: Date.now(), keep };
        const { deleted, problems } = await sweepSessions(folder, options);
        for (const problem of problems) this.logger.warn(problem);
        if (deleted.length > 0) this.logger.info(`${deleted.length} old sessions were deleted.`);
      } catch (error) {
        this.logger.warn(`Old sessions in ${folder} could not be deleted.`, error);
      }
    }
  }

  dispose(): void {
    this.own.dispose();
  }
}
