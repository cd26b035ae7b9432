import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../src/base/clock.ts';
import { parseAgentIdentity, runtimeIdOf } from '../../../src/core/identities/agentIdentity.ts';
import type { LeaseGrant } from '../../../src/core/identities/leaseProvider.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { encodeConversation, newConversation } from '../../../src/node/identities/conversation.ts';
import {
  openContinuity,
  type OpenContinuity,
} from '../../../src/node/identities/openContinuity.ts';
import { writeStatusFile, type StatusFile } from '../../../src/node/identities/statusFile.ts';
import type { CliSandbox } from './cliSandbox.ts';

export const conversationId = 'conversation-0123456789abcdef0123';

/** Writes the description of an agent. */
export function describeAgent(
  { root }: CliSandbox,
  name: string,
  ...lines: readonly string[]
): string {
  const folder = join(root, '.heddle', 'identities');
  const path = join(folder, `${name}.toml`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, ['agent = "claude"', ...lines, ''].join('\n'));
  return path;
}

/** What lasts of agents, as a window of Ada gets at it. */
export function continuityOf(sandbox: CliSandbox): OpenContinuity {
  const clock = { ...systemClock, now: () => sandbox.nowMs };
  return openContinuity(heddleRootAt(sandbox.root), { clock, label: 'a window of Ada' });
}

/** Has a window own an agent, in the process of the test. */
export async function own(sandbox: CliSandbox, name: string): Promise<LeaseGrant> {
  const identity = parseAgentIdentity(name);
  const results = await continuityOf(sandbox).leases.acquire([identity], 'window-1');
  const result = results.get(identity);
  if (result?.result !== 'acquired') throw new Error(`${name} is held`);
  return result.grant;
}

/** Gives an agent a conversation with one checkpoint, and an owner that says this of it. */
export async function embody(
  sandbox: CliSandbox,
  name: string,
  { isLeft = false, ...status }: Partial<StatusFile> & { readonly isLeft?: boolean } = {},
): Promise<void> {
  const identity = parseAgentIdentity(name);
  const { store, leases, folder } = continuityOf(sandbox);
  const grant = await own(sandbox, name);
  const { token } = grant;
  const generation = 2;
  const runtimeId = runtimeIdOf(identity, generation);
  const record = { identity, runtimeId, sessionId: conversationId, generation };
  await store.upsertRecord({ ...record, checkpointVersion: 0 }, token);
  await store.saveSnapshot({
    ...{ identity, sessionId: conversationId, generation, version: 7, token },
    snapshot: encodeConversation({ ...newConversation(conversationId, 'claude'), turns: 3 }),
  });
  const atMs = sandbox.nowMs;
  const said = { token, atMs, state: 'active', lastOutput: 'All good.\nNothing to add.' } as const;
  await writeStatusFile(join(folder, name), identity, { ...said, ...status });
  if (isLeft) await leases.release([grant]);
}
