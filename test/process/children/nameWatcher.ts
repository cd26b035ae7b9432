import { readdirSync } from 'node:fs';

// Reads the names in a folder without a pause until its input ends, and then tells all of them.
const folder = process.argv[2] ?? '';
const names = new Set<string>();
let isOver = false;
process.stdin.on('end', () => (isOver = true)).resume();

process.stdout.write('"ready"\n');
let isTold = false;
while (!isOver) {
  for (const name of readdirSync(folder)) names.add(name);
  if (!isTold && [...names].some((name) => name.includes('.tmp-'))) {
    isTold = true;
    process.stdout.write('"temporary seen"\n');
  }
  // Lets the end of the input be heard.
  await new Promise((resolve) => setImmediate(resolve));
}
process.stdout.write(`${JSON.stringify([...names])}\n`);
