import { startSessionHost } from '../../../src/node/sessions/startSessionHost.ts';
import type { StartSessionHostOptions } from '../../../src/node/sessions/startSessionHost.ts';

// Starts a host and is killed by its test whenever that likes.
const options = JSON.parse(process.argv[2] ?? '') as StartSessionHostOptions;
const answer = startSessionHost(options);
process.stdout.write('"asked"\n');
process.stdout.write(`${JSON.stringify(await answer)}\n`);
setInterval(() => undefined, 1000);
