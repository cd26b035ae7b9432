import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { parseAgentIdentity } from '../../src/core/identities/agentIdentity.ts';
import { IdentityRuntime } from '../../src/core/identities/identityRuntime.ts';
import type { SessionBridge } from '../../src/core/identities/sessionBridge.ts';
import { heddleRootAt } from '../../src/node/heddleRoot.ts';
import {
  identitySpecFolder,
  IdentitySpecFiles,
} from '../../src/node/identities/identitySpecFiles.ts';
import { openContinuity } from '../../src/node/identities/openContinuity.ts';
import { atMost, median, reported, timed, type Figure } from './figures.ts';

const agents = 1000;
const sends = 200;
const renewals = 10;
/** As owners renew: at a third of the time to live. */
const renewalEveryMs = 10_000;

/** What a thousand named agents cost. */
export async function benchIdentities(): Promise<readonly Figure[]> {
  const root = mkdtempSync(join(tmpdir(), 'heddle-bench-identities-'));
  try {
    execFileSync('git', ['init', '--quiet', root]);
    writeSpecs(root);
    const home = join(root, 'home');
    const world = new World(root, home);
    const starting = await timed(() => world.start());
    return [
      atMost(
        'restore of 1 000 known agents without starting any',
        await world.restoring(),
        300,
        'ms',
      ),
      reported('start of 1 000 agents, beyond the agents themselves', starting, 'ms'),
      atMost('renewal of 1 000 leases, of one core', await world.renewing(), 1, '%'),
      atMost('send → handed to the bridge', await world.sending(), 5, 'ms'),
    ];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function writeSpecs(root: string): void {
  const folder = identitySpecFolder(root);
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < agents; i += 1) {
    const text = `agent = "claude"\ndisplay_name = "Agent ${i}"\npeers = ["agent-${(i + 1) % agents}"]\n`;
    writeFileSync(join(folder, `agent-${i}.toml`), text);
  }
}

class World {
  private readonly specs: IdentitySpecFiles;
  private readonly bridge = new CountingBridge();
  private readonly owner: IdentityRuntime;

  constructor(
    private readonly root: string,
    private readonly home: string,
  ) {
    this.specs = new IdentitySpecFiles(root);
    this.owner = this.runtime('owner');
  }

  async start(): Promise<void> {
    const roster = await this.specs.roster();
    const { outcomes } = await this.owner.restoreFlow(roster, { topology: this.specs });
    const created = [...outcomes.values()].filter(({ outcome }) => outcome === 'created');
    if (created.length !== agents) throw new Error(`${created.length} of ${agents} were created.`);
  }

  /** As a window that opens: from the files alone, which are read for the first time. */
  async restoring(): Promise<number> {
    const samples: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      const specs = new IdentitySpecFiles(this.root);
      const runtime = this.runtime(`window-${i}`);
      samples.push(
        await timed(async () => {
          await runtime.restoreFlow(await specs.roster(), { embody: 'none', topology: specs });
        }),
      );
      if (runtime.rosterInspect().size !== agents) throw new Error('Some are not registered.');
    }
    return median(samples);
  }

  /** In percent of the processor time between two renewals. */
  async renewing(): Promise<number> {
    const samples: number[] = [];
    const { leaseProvider } = this.owner;
    const grants = [...this.owner.rosterInspect().values()].flatMap(({ status }) =>
      status.lease === undefined
        ? []
        : [{ identity: status.identity, token: status.lease.token, ttlMs: 3 * renewalEveryMs }],
    );
    if (grants.length !== agents) throw new Error(`${grants.length} of ${agents} are held.`);
    for (let i = 0; i < renewals; i += 1) {
      const before = process.cpuUsage();
      await leaseProvider.renew(grants);
      const { user, system } = process.cpuUsage(before);
      samples.push(((user + system) / 1000 / renewalEveryMs) * 100);
    }
    return median(samples);
  }

  async sending(): Promise<number> {
    const samples: number[] = [];
    const identity = parseAgentIdentity('agent-7');
    for (let i = 0; i < sends; i += 1) {
      const start = performance.now();
      await this.owner.sendText(identity, 'Hello');
      samples.push((this.bridge.deliveredMs ?? Number.NaN) - start);
    }
    return median(samples);
  }

  private runtime(instance: string): IdentityRuntime {
    const continuity = openContinuity(heddleRootAt(this.root), { home: this.home });
    return new IdentityRuntime({
      ...{ store: continuity.store, leases: continuity.leases, bridge: this.bridge, instance },
      ...{ hasRuntimeStore: true, durability: { kind: 'sync_write_through' } },
      ...{ clock: systemClock, monotonicNow: () => performance.now(), random: randomBytes },
      logger: console,
    });
  }
}

/** Only says when something was handed to it: what agents cost is not ours. */
class CountingBridge implements SessionBridge {
  deliveredMs: number | undefined;

  createSession: SessionBridge['createSession'] = ({ record }) => Promise.resolve(record.sessionId);
  resumeSession: SessionBridge['resumeSession'] = ({ record }) =>
    Promise.resolve({ result: 'resumed', sessionId: record.sessionId });
  deliver: SessionBridge['deliver'] = () => {
    this.deliveredMs = performance.now();
    return Promise.resolve();
  };
  checkpointSession: SessionBridge['checkpointSession'] = () => Promise.resolve(undefined);
  retireMember: SessionBridge['retireMember'] = () => Promise.resolve();
  wirePeers: SessionBridge['wirePeers'] = () => Promise.resolve();
  unwirePeer: SessionBridge['unwirePeer'] = () => Promise.resolve();
  currentWires: SessionBridge['currentWires'] = () => Promise.resolve(undefined);
  inspectMember: SessionBridge['inspectMember'] = () =>
    Promise.resolve({ isFinal: true, peerReachableCount: 0 });
}
