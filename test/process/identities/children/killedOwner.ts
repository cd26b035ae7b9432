import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../../../src/base/clock.ts';
import { parseAgentIdentity } from '../../../../src/core/identities/agentIdentity.ts';
import { openDeliveringOwner } from '../deliveringOwner.ts';
import { FileSessions } from '../fileSessions.ts';

// Brings what waits for an agent and dies at one step of it, with the name of the step as its last word.
const [top = '', sessionsFile = '', fatalStep = ''] = process.argv.slice(2);
const reviewer = parseAgentIdentity('reviewer');
let isBringing = false;
let steps = 0;
const observe = (step: string): void => {
  if (!isBringing) return;
  steps += 1;
  if (steps !== Number(fatalStep)) return;
  writeSync(1, `${JSON.stringify(step)}\n`);
  process.kill(process.pid, 'SIGKILL');
  // Not one instruction may follow.
  for (;;);
};
const sessions = new FileSessions(sessionsFile, observe);
const { owner, continuity } = openDeliveringOwner({
  ...{ top, sessions, observe, instance: 'killed', clock: systemClock },
});
await owner.start([reviewer]);
await continuity.inbox.put(reviewer, {
  ...{ from: 'docs', text: 'Once, please.', origin: 'flow', kind: 'send' },
});
isBringing = true;
owner.noticeInbox(reviewer);
while ((await continuity.inbox.list(reviewer)).messages.length > 0) await delay(5);
writeSync(1, '"survived"\n');
process.exit(0);
