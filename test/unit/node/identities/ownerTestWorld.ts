import { mkdirSync, writeFileSync } from 'node:fs';
import { silentLogger } from '../../../../src/base/logger.ts';
import type { AgentIdentity } from '../../../../src/core/identities/agentIdentity.ts';
import type { ListedIdentity } from '../../../../src/core/identities/listedIdentity.ts';
import { heddleRootAt } from '../../../../src/node/heddleRoot.ts';
import { ConversationBridge } from '../../../../src/node/identities/conversationBridge.ts';
import type { HistoryEntry } from '../../../../src/node/identities/historyEntry.ts';
import { IdentityOwner } from '../../../../src/node/identities/identityOwner.ts';
import {
  identitySpecFolder,
  identitySpecPath,
  IdentitySpecFiles,
} from '../../../../src/node/identities/identitySpecFiles.ts';
import { listIdentities } from '../../../../src/node/identities/listIdentities.ts';
import { eventually } from '../../../support/eventually.ts';
import type { FakeClock } from '../../../support/fakeClock.ts';
import { ContinuityWorld } from './continuityWorld.ts';
import { RecordedSessions } from './recordedSessions.ts';

/** Owners on real files, with sessions and a clock that a test moves. */
export class OwnerTestWorld extends ContinuityWorld {
  readonly sessions = new RecordedSessions(this.clock);
  readonly specs = new IdentitySpecFiles(this.root);
  readonly installed = new Set(['claude', 'codex']);
  readonly warnings: string[] = [];
  private readonly owners: IdentityOwner[] = [];
  private seed = 0;

  /** Writes a description. */
  describe(identity: AgentIdentity, text = ''): void {
    mkdirSync(identitySpecFolder(this.root), { recursive: true });
    writeFileSync(identitySpecPath(this.root, identity), `agent = "claude"\n${text}`);
  }

  /** With a clock of its own, one in whose eyes it is later. */
  owner(instance: string, clock: FakeClock = this.clock): IdentityOwner {
    const { sessions, specs } = this;
    const startMs = clock.now();
    const warn = (message: unknown): void => void this.warnings.push(String(message));
    const logger = { ...silentLogger, warn, error: warn };
    const random = (count: number): Uint8Array => {
      this.seed += 1;
      return new Uint8Array(count).fill(this.seed);
    };
    const bridge = new ConversationBridge({
      ...{ sessions, cwd: this.root, random, clock, logger },
      expectAgent: (id) => {
        if (!this.installed.has(id)) throw new Error(`${id} was not found. Install it.`);
        return { id, name: id, command: `/bin/${id}`, args: [] };
      },
    });
    const label = `a window called ${instance}`;
    const owner = new IdentityOwner({
      ...{ bridge, specs, instance, label, random, clock, logger },
      continuity: this.open({ label, clock }),
      monotonicNow: () => clock.now() - startMs,
    });
    this.owners.push(owner);
    return owner;
  }

  history(identity: AgentIdentity): readonly HistoryEntry[] {
    return this.open().history.read(identity);
  }

  /** The kinds of what happened, in order. */
  kinds(identity: AgentIdentity): readonly string[] {
    return this.history(identity).map((entry) =>
      entry.kind === 'state_changed' ? entry.state : entry.kind,
    );
  }

  /** Waits until something is in the history. */
  async untilHistory(identity: AgentIdentity, kind: string, count = 1): Promise<void> {
    await eventually(`${kind} of ${identity}, ${count} times`, () => {
      return this.kinds(identity).filter((each) => each === kind).length >= count;
    });
  }

  /** As somebody sees them who owns nothing. */
  async listed(instance?: string): Promise<readonly ListedIdentity[]> {
    const { specs, probe, clock } = this;
    const location = heddleRootAt(this.root);
    const options = { location, specs, probe, clock, instance, continuity: this.open() };
    return (await listIdentities(options)).identities;
  }

  async end(): Promise<void> {
    for (const owner of this.owners) await owner.stop().catch(() => undefined);
    this.dispose();
  }
}
