import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { isRegistryError } from '../../../src/core/agents/registryError.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { openRegistry } from '../../../src/node/openRegistry.ts';

// Lists, changes the time of the hostile file, lists again, and updates that entry.
const { registry, folder } = openRegistry(heddleRootAt(process.argv[2] ?? ''));

async function list(): Promise<readonly string[]> {
  return (await registry.list()).map((entry) => entry.sessionId);
}

async function update(): Promise<string> {
  try {
    await registry.updateEntry('agent-hostile', (entry) => ({ ...entry, model: 'm' }));
    return 'done';
  } catch (error) {
    return isRegistryError(error) ? error.code : String(error);
  }
}

const listed = await list();
// Another file changes the folder, so that all files are looked at again.
utimesSync(join(folder, 'agent-hostile.toml'), 1_700_000_000, 1_700_000_000);
await registry.delete('agent-leaves');
const later = await list();
process.stdout.write(JSON.stringify({ listed, later, updated: await update() }));
