import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { encodeActivityEvent } from '../../../src/core/activity/activityCodec.ts';
import type { ActivityEvent } from '../../../src/core/activity/activityEvent.ts';
import { currentActivityFile } from '../../../src/node/activityFolder.ts';
import { ActivityFiles } from '../../../src/node/activityFiles.ts';
import type { ActivityWriterOptions } from '../activityMessages.ts';

// Records numbered events when it is told to, and says when it has done so. It may be killed at any
// moment.
const options = JSON.parse(process.argv[2] ?? '{}') as ActivityWriterOptions;
const { folder, name, count, batch, limits } = options;
const log = new ActivityFiles(folder, { limits });
const input = createInterface({ input: process.stdin });

process.stdout.write('"ready"\n');
await once(input, 'line');
for (let i = 0; i < count; i += batch) {
  await log.append(Array.from({ length: Math.min(batch, count - i) }, (_, j) => numbered(i + j)));
}
if (options.isTorn === true) {
  appendFileSync(
    join(folder, currentActivityFile),
    encodeActivityEvent(numbered(count)).slice(0, 40),
  );
  process.kill(process.pid, 'SIGKILL');
}
process.stdout.write('"done"\n');
input.close();

function numbered(token: number): ActivityEvent {
  return {
    atMs: Date.now(),
    kind: 'lock-granted',
    actor: { name },
    paths: [`src/${'long/'.repeat(token % 60)}${name}.ts`],
    tokens: [token],
  };
}
