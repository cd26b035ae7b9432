import { Emitter } from '../../base/event.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/logger.ts';
import { isSameValue } from '../../base/sameValue.ts';
import type { AgentNow } from '../../core/harness/agentNow.ts';
import { agentNowOfSession } from '../../presentation/sessions/agentNowOfSession.ts';
import type { SessionListSet } from './sessionListSet.ts';

/** These agents of a root do something else; without them, everything may be another. */
export interface HostedAgentsChange {
  readonly root: string | undefined;
  readonly entryIds: ReadonlySet<string> | undefined;
}

/** What agents do whose sessions are hosted here, also when they have no hooks. */
export class HostedAgents implements Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChange: Emitter<HostedAgentsChange>;
  /** By root, then by the session id of the entry. */
  private known = new Map<string, ReadonlyMap<string, AgentNow>>();

  constructor(
    private readonly lists: Pick<SessionListSet, 'get' | 'onDidChange'>,
    logger: Logger,
  ) {
    this._onDidChange = this.own.add(
      new Emitter<HostedAgentsChange>((error) => logger.error('A listener failed.', error)),
    );
    this.own.add(lists.onDidChange(({ root }) => this.renew(root)));
  }

  get onDidChange(): Emitter<HostedAgentsChange>['event'] {
    return this._onDidChange.event;
  }

  /** By the session id of the entry. Objects stay the same while they look the same. */
  in(root: string): ReadonlyMap<string, AgentNow> {
    return this.known.get(root) ?? new Map<string, never>();
  }

  dispose(): void {
    this.own.dispose();
  }

  private renew(root: string | undefined): void {
    if (root === undefined) {
      this.known = new Map();
      this._onDidChange.fire({ root, entryIds: undefined });
      return;
    }
    const before = this.in(root);
    const next = new Map<string, AgentNow>();
    for (const session of this.lists.get(root)?.sessions ?? []) {
      const known = before.get(session.digest.entryId ?? '');
      const now = agentNowOfSession(session, known);
      if (now) next.set(now.entryId, known && isSameValue(known, now) ? known : now);
    }
    this.known.set(root, next);
    const ids = [...new Set([...before.keys(), ...next.keys()])];
    const changed = new Set(ids.filter((id) => before.get(id) !== next.get(id)));
    if (changed.size > 0) this._onDidChange.fire({ root, entryIds: changed });
  }
}
