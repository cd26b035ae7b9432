import type { Clock } from '../../../../src/base/clock.ts';
import type { AgentIdentity } from '../../../../src/core/identities/agentIdentity.ts';
import type { SessionId } from '../../../../src/core/sessions/sessionId.ts';
import type { RunSpec } from '../../../../src/core/sessions/sessionSpec.ts';
import type {
  BegunSession,
  IdentitySessions,
} from '../../../../src/node/identities/identitySessions.ts';
import { FakeIdentitySessions } from '../../../support/fakeIdentitySessions.ts';

/** Sessions without processes that know with what and when each was begun. */
export class RecordedSessions extends FakeIdentitySessions {
  /** Told right before a session is asked to end. */
  beforeCancel: () => Promise<void> = () => Promise.resolve();
  private readonly begun: (BegunSession & Pick<RunSpec, 'identity'> & { atMs: number })[] = [];

  constructor(private readonly clock: Pick<Clock, 'now'>) {
    super();
  }

  override async start(spec: RunSpec): Promise<SessionId> {
    const sessionId = await super.start(spec);
    const { prompt, identity, conversation } = spec;
    this.begun.unshift({ sessionId, prompt, identity, conversation, atMs: this.clock.now() });
    return sessionId;
  }

  /** As real sessions do: asked once more when they can be asked. */
  override async cancel(
    ...[sessionId, detail, isOurs]: Parameters<IdentitySessions['cancel']>
  ): Promise<void> {
    await this.beforeCancel();
    if ((await isOurs?.()) === false) return;
    await super.cancel(sessionId, detail);
  }

  since(identity: AgentIdentity, sinceMs: number): Promise<readonly BegunSession[]> {
    const own = this.begun.filter((each) => each.identity === identity && each.atMs >= sinceMs);
    return Promise.resolve(own);
  }
}
