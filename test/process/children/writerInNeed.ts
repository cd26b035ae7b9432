import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isRegistryError } from '../../../src/core/agents/registryError.ts';
import { loadKernelLock } from '../../../src/node/flock.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { openRegistry } from '../../../src/node/openRegistry.ts';
import type { NeedStep, NeedAnswer } from '../needMessages.ts';
import { versionedEntry, versionOf } from '../versionedEntry.ts';

// Does what it is told where it may not do everything, and says what came of it. An administrator
// may do everything everywhere, so it becomes nobody first, when it is told to.
const [root = '', user = '', ...steps] = process.argv.slice(2);
const { registry, folder } = openRegistry(heddleRootAt(root));
// Native code is loaded while the files of this project can be read for certain.
await loadKernelLock();
if (user === 'nobody') {
  process.setgroups?.([]);
  process.setgid?.(65534);
  process.setuid?.(65534);
}

async function take(step: NeedStep): Promise<unknown> {
  switch (step.kind) {
    case 'save':
      await registry.save(versionedEntry(step.id, step.version, step.repetitions));
      return 'done';
    case 'chmod':
      chmodSync(join(folder, step.name), step.mode);
      return 'done';
    case 'names':
      return readdirSync(folder);
    case 'list': {
      const { records, view } = await registry.listView();
      return {
        versions: records.map(({ entry }) => `${entry.sessionId} ${String(versionOf(entry))}`),
        broken: view.broken().map(({ fileName, problem }) => `${fileName}: ${problem}`),
      };
    }
  }
}

const answers: NeedAnswer[] = [];
for (const text of steps) {
  try {
    answers.push({ result: await take(JSON.parse(text) as NeedStep) });
  } catch (error) {
    const code = isRegistryError(error) ? error.code : 'other';
    answers.push({ code, message: String(error) });
  }
}
process.stdout.write(JSON.stringify(answers));
