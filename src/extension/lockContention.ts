import type * as vscode from 'vscode';
import { Emitter } from '../base/event.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { ContentionRanking, type ContendedPath } from '../core/activity/contention.ts';
import type { RootRegistry } from './registrySet.ts';

const spanMs = 24 * 60 * 60_000;
const maxEvents = 20_000;

/** What was fought over in the last 24 hours of one root, read when it is first asked for. */
export class LockContention implements Disposable {
  private readonly own = new DisposableStore();
  private readonly ranking = new ContentionRanking(spanMs);
  private readonly _onDidChange: Emitter<void>;
  private isStarted = false;

  constructor(
    private readonly root: RootRegistry,
    private readonly logger: vscode.LogOutputChannel,
  ) {
    this._onDidChange = this.own.add(
      new Emitter<void>((error) => logger.error('A listener failed.', error)),
    );
  }

  get onDidChange(): Emitter<void>['event'] {
    return this._onDidChange.event;
  }

  /** As far as it is read by now: what was refused and waited for most comes first. */
  ranked(nowMs: number): readonly ContendedPath[] {
    return this.isStarted ? this.ranking.ranked(nowMs) : [];
  }

  /** Begins to read, once. */
  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    void this.read();
  }

  dispose(): void {
    this.own.dispose();
  }

  /** Never rejects. */
  private async read(): Promise<void> {
    try {
      const { activity } = this.root;
      const { events, position } = await activity.read({
        sinceMs: Date.now() - spanMs,
        limit: maxEvents,
        matches: ({ kind }) => kind === 'lock-refused' || kind === 'lock-waited',
      });
      if (this.own.isDisposed) return;
      for (const event of events) this.ranking.add(event);
      const follower = this.own.add(activity.follow(position));
      follower.onDidAppend((more) => {
        const clashes = more.filter(
          ({ kind }) => kind === 'lock-refused' || kind === 'lock-waited',
        );
        for (const event of clashes) this.ranking.add(event);
        if (clashes.length > 0) this._onDidChange.fire();
      });
      if (events.length > 0) this._onDidChange.fire();
    } catch (error) {
      this.logger.warn('The activity could not be read.', error);
    }
  }
}
