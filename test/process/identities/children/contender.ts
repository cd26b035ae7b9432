import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseAgentIdentity, runtimeIdOf } from '../../../../src/core/identities/agentIdentity.ts';
import type { AgentIdentity } from '../../../../src/core/identities/agentIdentity.ts';
import { ContinuityStoreError } from '../../../../src/core/identities/continuityStore.ts';
import { LeaseError, type LeaseGrant } from '../../../../src/core/identities/leaseProvider.ts';
import { heddleRootAt } from '../../../../src/node/heddleRoot.ts';
import { openContinuity } from '../../../../src/node/identities/openContinuity.ts';
import type { ContenderAnswer, ContenderCommand } from '../contendingMessages.ts';

// An owner of identities that does as it is told, line by line, until its input ends.
const [root = '', home = '', instance = '', ttlMs = ''] = process.argv.slice(2);
const lock = { timeoutMs: 60_000 };
const opened = openContinuity(heddleRootAt(root), { home, ttlMs: Number(ttlMs), lock });
const { store, leases } = opened;
const owned = new Map<AgentIdentity, LeaseGrant & { version: number }>();

async function acquire(
  names: readonly string[],
  { isAtOnce = false }: { readonly isAtOnce?: boolean | undefined },
): Promise<ContenderAnswer> {
  const acquired: Record<string, number> = {};
  const heldBy: Record<string, string> = {};
  const all = names.map(parseAgentIdentity);
  const results = isAtOnce ? await leases.acquire(all, instance) : undefined;
  for (const identity of all) {
    const name: string = identity;
    const result = (results ?? (await leases.acquire([identity], instance))).get(identity);
    if (result?.result !== 'acquired') {
      heldBy[name] = result?.holder.instance ?? '';
      continue;
    }
    const { grant } = result;
    const record = {
      ...{ identity, runtimeId: runtimeIdOf(identity, 0), sessionId: 'conversation' },
      ...{ generation: 0, checkpointVersion: 0 },
    };
    const { checkpointVersion } = await store.upsertRecord(record, grant.token);
    owned.set(identity, { ...grant, version: checkpointVersion });
    acquired[name] = grant.token;
  }
  return { acquired, heldBy };
}

async function renew(): Promise<ContenderAnswer> {
  const results = [...(await leases.renew([...owned.values()])).values()];
  const lost = results.flatMap((result) => (result.result === 'lost' ? [result.identity] : []));
  for (const identity of lost) owned.delete(identity);
  return { lost, renewed: [...owned.keys()] };
}

async function checkpoint(): Promise<ContenderAnswer> {
  const checkpoints: Record<string, number | string> = {};
  for (const [identity, { token, version }] of owned) {
    const snapshot = { data: new Uint8Array(Buffer.from(instance)) };
    const place = { identity, sessionId: 'conversation', generation: 0 };
    try {
      await store.saveSnapshot({ ...place, version: version + 1, token, snapshot });
      owned.set(identity, { identity, token, ttlMs: 0, version: version + 1 });
      checkpoints[identity] = version + 1;
    } catch (error) {
      if (!(error instanceof ContinuityStoreError)) throw error;
      checkpoints[identity] = error.problem.code;
    }
  }
  return { checkpoints };
}

async function race(rounds: number, folder: string): Promise<ContenderAnswer> {
  const team = Array.from({ length: 5 }, (_, i) => parseAgentIdentity(`raced-${i}`));
  const tokens: Record<string, number[]> = {};
  let met = 0;
  for (let round = 0; round < rounds; round += 1) {
    const results = await leases.acquire(team.slice(round % 3), instance);
    const grants = [...results.values()].flatMap((result) =>
      result.result === 'acquired' ? [result.grant] : [],
    );
    for (const { identity, token } of grants) {
      (tokens[identity] ??= []).push(token);
      try {
        closeSync(openSync(join(folder, identity), 'wx'));
      } catch {
        met += 1;
      }
    }
    await leases.renew(grants);
    for (const { identity } of grants) unlinkSync(join(folder, identity));
    await leases.release(grants);
  }
  return { race: { tokens, met } };
}

async function mint(grants: number): Promise<ContenderAnswer> {
  const identity = parseAgentIdentity('minted');
  const minted: number[] = [];
  while (minted.length < grants) {
    try {
      const result = (await leases.acquire([identity], instance)).get(identity);
      if (result?.result !== 'acquired') continue;
      minted.push(result.grant.token);
      await leases.release([result.grant]);
    } catch (error) {
      // The folder was removed in the middle of it.
      if (!(error instanceof LeaseError)) throw error;
    }
  }
  return { minted };
}

function carryOut(command: ContenderCommand): Promise<ContenderAnswer> {
  switch (command.do) {
    case 'acquire':
      return acquire(command.identities, command);
    case 'renew':
      return renew();
    case 'checkpoint':
      return checkpoint();
    case 'race':
      return race(command.rounds, command.folder);
    case 'mint':
      return mint(command.grants);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await carryOut(JSON.parse(line) as ContenderCommand);
  writeSync(1, `${JSON.stringify(answer)}\n`);
}
