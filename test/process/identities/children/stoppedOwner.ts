import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { systemClock } from '../../../../src/base/clock.ts';
import { parseAgentIdentity } from '../../../../src/core/identities/agentIdentity.ts';
import { openDeliveringOwner } from '../deliveringOwner.ts';
import { FileSessions } from '../fileSessions.ts';

// Owns an agent that is in a turn, says so, and says when it does not own it any more; until its input ends.
const [top = '', sessionsFile = '', ttlMs = ''] = process.argv.slice(2);
const reviewer = parseAgentIdentity('reviewer');
const { owner } = openDeliveringOwner({
  ...{ top, instance: 'stopped', clock: systemClock, leaseTtlMs: Number(ttlMs) },
  sessions: new FileSessions(sessionsFile),
});
await owner.start([reviewer]);
await owner.send(reviewer, { text: 'Take your time.' });
owner.onDidChange(() => {
  const status = owner.status(reviewer);
  if (owner.held().length > 0 || status?.state !== 'dormant') return;
  writeSync(1, '"lost"\n');
});
// Timers of owners keep nobody alive.
const alive = setInterval(() => undefined, 1000);
writeSync(1, '"at work"\n');
const input = createInterface({ input: process.stdin });
await new Promise((resolve) => input.once('close', resolve));
clearInterval(alive);
await owner.stop();
process.exit(0);
