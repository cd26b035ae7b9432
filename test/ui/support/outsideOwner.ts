import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseAgentIdentity, runtimeIdOf } from '../../../src/core/identities/agentIdentity.ts';
import { findHeddleRoot } from '../../../src/node/heddleRoot.ts';
import { leaseFileName, leaseFileText } from '../../../src/node/identities/leaseFile.ts';
import { openContinuity } from '../../../src/node/identities/openContinuity.ts';
import { createProcessProbe } from '../../../src/node/processProbe.ts';
import { recordProcess } from '../../../src/node/recordedProcess.ts';
import { cliPath } from '../../support/cliPath.ts';
import { onProcessEnd } from '../../support/vscode/processEnd.ts';

const ttlMs = 60_000;

/** A process outside of the window that owns a named agent, until it is ended. */
export class OutsideOwner {
  private readonly withdraw = onProcessEnd(() => void this.child.kill('SIGKILL'));

  private constructor(private readonly child: ChildProcess) {}

  /** The command line, which owns the agent while it brings it a message. */
  static send(
    root: string,
    identity: string,
    { text, env }: { readonly text: string; readonly env: NodeJS.ProcessEnv },
  ): OutsideOwner {
    const args = [cliPath(), '--root', root, 'identity', 'send', identity, '--prompt', text];
    const given = { ...process.env, ...env };
    return new OutsideOwner(spawn(process.execPath, args, { stdio: 'ignore', env: given }));
  }

  /** A process that is stopped and will not have renewed its lease when so much time has passed. */
  static async silent(
    root: string,
    identity: string,
    { label, leftMs }: { readonly label: string; readonly leftMs: number },
  ): Promise<OutsideOwner> {
    const named = parseAgentIdentity(identity);
    const { leases, store, folder } = openContinuity(findHeddleRoot(root), { label, ttlMs });
    const instance = `test-silent-${process.pid}`;
    const result = (await leases.acquire([named], instance)).get(named);
    if (result?.result !== 'acquired') throw new Error(`${identity} is not free`);
    const { token } = result.grant;
    const record = {
      ...{ identity: named, runtimeId: runtimeIdOf(named, 0), generation: 0 },
      ...{ sessionId: 'conversation-0123456789abcdef0123', checkpointVersion: 0 },
    };
    await store.upsertRecord(record, token);
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      stdio: 'ignore',
    });
    await once(child, 'spawn');
    if (child.pid === undefined) throw new Error('the owner has no process id');
    const recorded = await recordProcess(createProcessProbe(), child.pid);
    child.kill('SIGSTOP');
    const lease = {
      ...{ identity: named, token, instance, label, ttlMs },
      acquiredAtMs: Date.now() - ttlMs + leftMs,
      process: { ...recorded, pid: child.pid, startedAt: new Date().toISOString() },
    };
    writeFileSync(join(folder, identity, leaseFileName), leaseFileText(lease));
    return new OutsideOwner(child);
  }

  /** Ends it without a word. */
  async kill(): Promise<void> {
    this.withdraw();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }
}
