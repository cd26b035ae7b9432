import { equal } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type {
  IdentityListing,
  ListedIdentity,
} from '../../../src/core/identities/listedIdentity.ts';
import type { AgentIdentity } from '../../../src/core/identities/agentIdentity.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { listIdentities } from '../../../src/node/identities/listIdentities.ts';
import type { OpenIdentityOwner } from '../../../src/node/identities/openIdentityOwner.ts';
import { eventually } from '../../support/eventually.ts';
import { cliPath } from '../../support/cliPath.ts';
import { removeWithPrograms } from '../agents/support/removeWithPrograms.ts';
import { HostWorld } from '../sessions/hostWorld.ts';
import { openTestOwner, type TestAgent } from './testOwner.ts';

/** A repository with a team of named agents, and owners of them in this process. */
export class OwnerWorld extends HostWorld {
  readonly home = join(this.root, 'home');
  private readonly opened: OpenIdentityOwner[] = [];

  readonly agent: TestAgent;

  private constructor(agent: (home: string) => TestAgent) {
    super(cliPath());
    this.agent = agent(this.home);
  }

  static make(
    agent: (home: string) => TestAgent,
    team: Readonly<Record<string, string>>,
  ): OwnerWorld {
    const world = new OwnerWorld(agent);
    mkdirSync(world.home);
    execFileSync('git', ['init', '--quiet'], { cwd: world.root });
    const folder = join(world.root, '.heddle', 'identities');
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(team)) {
      writeFileSync(join(folder, `${name}.toml`), text);
    }
    return world;
  }

  /** An owner as a window makes one. */
  open(label: string): OpenIdentityOwner {
    const opened = openTestOwner({
      ...{ root: this.root, runtime: this.runtime, home: this.home, agent: this.agent, label },
      cli: cliPath(),
    });
    this.opened.push(opened);
    return opened;
  }

  /** As anybody sees them. */
  async listing(): Promise<IdentityListing> {
    const { specs, continuity, instance } = this.opened.at(-1) ?? this.open('a looker');
    const location = heddleRootAt(this.root);
    return listIdentities({ location, specs, continuity, instance, probe: this.probe });
  }

  async listed(identity: AgentIdentity): Promise<ListedIdentity> {
    const found = (await this.listing()).identities.find((each) => each.identity === identity);
    if (found === undefined) throw new Error(`${identity} is not listed`);
    return found;
  }

  /** Waits until anybody sees this of an agent. */
  async untilListed(
    identity: AgentIdentity,
    what: string,
    holds: (listed: ListedIdentity) => boolean,
  ): Promise<ListedIdentity> {
    await eventually(`${identity} ${what}`, async () => holds(await this.listed(identity)));
    return this.listed(identity);
  }

  /** What the last turn of an agent said, once it is over. */
  async untilSaid(identity: AgentIdentity, text: string): Promise<ListedIdentity> {
    const listed = await this.untilListed(
      identity,
      `said ${text}`,
      ({ lastOutput, session }) => lastOutput === text && session?.isRunning === false,
    );
    equal(listed.state, 'active');
    return listed;
  }

  override async dispose(): Promise<void> {
    for (const { owner } of this.opened) await owner.stop();
    await this.killHosts();
    await removeWithPrograms(this.root);
  }
}
