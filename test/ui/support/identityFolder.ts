import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseAgentIdentity, runtimeIdOf } from '../../../src/core/identities/agentIdentity.ts';
import { findHeddleRoot } from '../../../src/node/heddleRoot.ts';
import { leaseFileName, leaseFileText } from '../../../src/node/identities/leaseFile.ts';
import { openContinuity } from '../../../src/node/identities/openContinuity.ts';
import { createProcessProbe } from '../../../src/node/processProbe.ts';
import { recordProcess } from '../../../src/node/recordedProcess.ts';

const leaseMs = 10 * 60_000;

/** The named agents of a repository, as files and as owners outside of the window leave them. */
export class IdentityFolder {
  constructor(private readonly root: string) {}

  /** Describes an agent and returns the path of its file. */
  describe(identity: string, lines: readonly string[]): string {
    const folder = join(this.root, '.heddle', 'identities');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${identity}.toml`);
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  }

  /** Somebody else owns it, and lives. */
  async hold(identity: string, label: string): Promise<void> {
    const named = parseAgentIdentity(identity);
    const { leases } = openContinuity(findHeddleRoot(this.root), { label, ttlMs: leaseMs });
    await leases.acquire([named], `test-${process.pid}`);
  }

  /** Somebody owned it whose process died without giving it up. */
  async abandon(identity: string, label: string): Promise<void> {
    const named = parseAgentIdentity(identity);
    const { leases, store, folder } = openContinuity(findHeddleRoot(this.root), { label });
    const instance = `test-${process.pid}`;
    const result = (await leases.acquire([named], instance)).get(named);
    if (result?.result !== 'acquired') throw new Error(`${identity} is not free`);
    const { token } = result.grant;
    await store.upsertRecord(
      {
        ...{ identity: named, runtimeId: runtimeIdOf(named, 0), generation: 0 },
        ...{ sessionId: 'conversation-0123456789abcdef0123', checkpointVersion: 0 },
      },
      token,
    );
    const owner = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    if (owner.pid === undefined) throw new Error('the owner could not be started');
    const startedAt = new Date().toISOString();
    const process_ = { ...(await recordProcess(createProcessProbe(), owner.pid)), startedAt };
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    const lease = {
      ...{ identity: named, token, instance, label, ttlMs: leaseMs },
      ...{ acquiredAtMs: Date.now(), process: { ...process_, pid: owner.pid } },
    };
    writeFileSync(join(folder, identity, leaseFileName), leaseFileText(lease));
  }
}
