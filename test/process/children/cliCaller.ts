import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

/** An agent that works by way of the program: each line of input is a list of arguments for it. */
const [cli = '', cwd = ''] = process.argv.slice(2);

process.stdout.write('"ready"\n');
for await (const line of createInterface({ input: process.stdin })) {
  const args = JSON.parse(line) as readonly string[];
  const { status, stdout } = spawnSync(process.execPath, [cli, ...args], { cwd, encoding: 'utf8' });
  process.stdout.write(`${JSON.stringify({ code: status, stdout })}\n`);
}
