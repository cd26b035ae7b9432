import { knownEntry } from '../core/agents/knownEntry.ts';
import { parseAgentIdentity, type AgentIdentity } from '../core/identities/agentIdentity.ts';
import { isTerminal } from '../core/sessions/executionState.ts';
import type { RunSpec } from '../core/sessions/sessionSpec.ts';
import { InboxError } from '../node/identities/fileInbox.ts';
import { IdentitySpecFiles } from '../node/identities/identitySpecFiles.ts';
import { identityWorktree } from '../node/identities/identityWorktree.ts';
import { listIdentities } from '../node/identities/listIdentities.ts';
import { openContinuity } from '../node/identities/openContinuity.ts';
import { exchangeLength, maxExchange } from '../node/identities/peerExchange.ts';
import type { OpenRegistry } from '../node/openRegistry.ts';
import { SessionIndex } from '../node/sessions/sessionIndex.ts';
import { sessionsFolder } from '../node/sessions/sessionsFolder.ts';
import { digestFold, type SessionDigest } from '../presentation/sessions/sessionDigest.ts';
import type { PeerPort, PutMessage } from '../presentation/toolAnswers/peerPort.ts';
import type { McpHost } from './mcpHost.ts';
import type { RepositoryOpener } from './openRepository.ts';

const identityVariable = 'HEDDLE_AGENTS_IDENTITY';
const sessionVariable = 'HEDDLE_AGENTS_SESSION';

/**
 * The peers of the named agent for which the server runs. Its environment says which it is; that counts
 * only while the newest session of this agent goes on, is that of the entry in the environment, and is
 * hosted by a process above this one, so that no other agent gets there by setting variables. All of it
 * is looked up with each call, because descriptions and sessions change while a server runs.
 */
export class PeerAccess {
  private index:
    { readonly folder: string; readonly sessions: SessionIndex<SessionDigest> } | undefined;

  constructor(
    private readonly host: McpHost,
    private readonly repositories: RepositoryOpener,
  ) {}

  /** Undefined for everybody but a named agent in its own turn. @throws RegistryError, system errors */
  async open(): Promise<PeerPort | undefined> {
    const self = this.claimed();
    if (self === undefined) return undefined;
    const { registry } = this.repositories.open();
    const turn = await this.ownTurn(self, registry);
    return turn && this.portOf(self, turn, registry);
  }

  private claimed(): AgentIdentity | undefined {
    const name = this.host.env[identityVariable];
    if (name === undefined) return undefined;
    try {
      return parseAgentIdentity(name);
    } catch {
      return undefined;
    }
  }

  private async ownTurn(self: AgentIdentity, registry: OpenRegistry): Promise<RunSpec | undefined> {
    const entryId = this.host.env[sessionVariable];
    if (entryId === undefined) return undefined;
    const view = await registry.store.refresh();
    if (knownEntry(view, entryId)?.status !== 'active') return undefined;
    const { sessions } = await this.sessionsOf(registry).list();
    for (const { record, digest } of sessions) {
      const { spec, host } = record.header;
      if (spec.kind !== 'run' || spec.identity !== self) continue;
      // Only the newest counts: an older one that still runs belongs to a former owner.
      const isOwn = !isTerminal(record.state) && digest.entryId === entryId;
      return isOwn && (await this.isBelow(host?.pid)) ? spec : undefined;
    }
    return undefined;
  }

  /** Also where the platform tells nothing of the processes above. */
  private async isBelow(pid: number | undefined): Promise<boolean> {
    if (pid === undefined) return true;
    let isKnown = false;
    for (const above of await this.host.ancestors()) {
      if (above.pid === pid) return true;
      isKnown = true;
    }
    return !isKnown;
  }

  private sessionsOf({ location, probe }: OpenRegistry): SessionIndex<SessionDigest> {
    const folder = sessionsFolder(location);
    if (this.index?.folder !== folder) {
      const sessions = new SessionIndex(folder, { probe, fold: digestFold, isBrief: true });
      this.index = { folder, sessions };
    }
    return this.index.sessions;
  }

  private portOf(
    self: AgentIdentity,
    { cwd }: RunSpec,
    { location, probe }: OpenRegistry,
  ): PeerPort {
    const { clock } = this.host;
    const continuity = openContinuity(location, { clock, probe });
    const specs = new IdentitySpecFiles(identityWorktree(location, cwd));
    return {
      self,
      peers: async () => {
        const options = { location, specs, continuity, probe, clock };
        const { identities } = await listIdentities(options);
        const own = identities.find(({ identity }) => identity === self);
        return identities.filter(({ identity }) => own?.peers.includes(identity));
      },
      put: async (peer, text): Promise<PutMessage> => {
        // Two that answer each other would never come to an end.
        const count = exchangeLength(continuity.history.read(self));
        if (count >= maxExchange) return { result: 'endless', count };
        try {
          const message = { from: self, text, origin: 'flow', kind: 'send' } as const;
          const { id } = await continuity.inbox.put(peer, message);
          return { result: 'put', messageId: id };
        } catch (error) {
          if (!(error instanceof InboxError) || error.code !== 'full') throw error;
          return { result: 'full', detail: error.message };
        }
      },
    };
  }
}
