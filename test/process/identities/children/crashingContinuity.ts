import { writeSync } from 'node:fs';
import { parseAgentIdentity, runtimeIdOf } from '../../../../src/core/identities/agentIdentity.ts';
import { heddleRootAt } from '../../../../src/node/heddleRoot.ts';
import { openContinuity } from '../../../../src/node/identities/openContinuity.ts';
import type { CrashPlan } from '../crashPlan.ts';

// Does one operation and dies at one of its steps, with the name of the step as its last word.
const plan = JSON.parse(process.argv[2] ?? '') as CrashPlan;
const { root, home, token } = plan;
const reviewer = parseAgentIdentity('reviewer');
let steps = 0;
const { store, leases, inbox, history } = openContinuity(heddleRootAt(root), {
  home,
  observe: (step) => {
    steps += 1;
    if (steps !== plan.fatalStep) return;
    writeSync(1, `${JSON.stringify(step)}\n`);
    process.kill(process.pid, 'SIGKILL');
    // Not one instruction of the operation may follow.
    for (;;);
  },
});
const record = {
  identity: reviewer,
  runtimeId: runtimeIdOf(reviewer, 0),
  sessionId: 'conversation-1',
  generation: 0,
  checkpointVersion: 0,
};
const grant = { identity: reviewer, token, ttlMs: 30_000 };
const operations: Readonly<Record<CrashPlan['operation'], () => Promise<unknown>>> = {
  acquire: () => leases.acquire([reviewer], 'crashing'),
  renew: () => leases.renew([grant]),
  release: () => leases.release([grant]),
  upsert: () => store.upsertRecord({ ...record, sessionId: 'conversation-2' }, token + 1),
  save: () =>
    store.saveSnapshot({
      ...{ identity: reviewer, sessionId: 'conversation-1', generation: 0, version: 2, token },
      snapshot: { data: new Uint8Array(Buffer.from('new')) },
    }),
  delete: () => store.deleteRecord(reviewer, token + 1),
  put: () => inbox.put(reviewer, { from: 'Ada', text: 'new', origin: 'person', kind: 'send' }),
  begin: () => inbox.begin(reviewer, plan.message ?? '', token),
  take: () => inbox.take(reviewer, plan.message ?? ''),
  shorten: () =>
    history.append(
      reviewer,
      Array.from({ length: 1201 }, (_, i) => ({ atMs: i, kind: 'deleted' })),
    ),
};
await operations[plan.operation]();
writeSync(1, '"survived"\n');
