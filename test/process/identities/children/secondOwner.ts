import { openTestOwner, type TestOwnerOptions } from '../testOwner.ts';

// A second owner: starts everybody, prints what became of each as one line, and gives all up again.
const options = JSON.parse(process.argv[2] ?? '') as TestOwnerOptions;
const { owner } = openTestOwner(options);
const outcomes = await owner.start('all');
await owner.stop();
process.stdout.write(`${JSON.stringify(outcomes)}\n`);
