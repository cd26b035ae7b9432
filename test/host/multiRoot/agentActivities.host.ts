import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HookedAgent } from '../../support/hookedAgent.ts';
import { ShownAgents } from '../../support/hostShownAgents.ts';
import { heddleExtension, HostRegistry, workspaceFolder } from '../../support/hostWorld.ts';

describe('what agents do, in a window with several folders', () => {
  const shown: ShownAgents[] = [];
  const agents: HookedAgent[] = [];
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'heddle-transcripts-'));
  });
  after(async () => {
    for (const each of shown) each.dispose();
    for (const agent of agents) await agent.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is known of each for itself', async () => {
    for (const [index, file] of ['README.md', 'src/main.ts'].entries()) {
      const registry = await HostRegistry.open(workspaceFolder(index));
      await registry.reset();
      registry.makeFolder();
      const window = new ShownAgents(registry);
      shown.push(window);
      const { root } = registry;
      const places = { project: heddleExtension().extensionPath, root, transcripts: folder };
      // The same session in both: a copy of a repository is another repository.
      const agent = new HookedAgent(places, 'twin');
      agents.push(agent);
      await agent.begin();
      await agent.before('Edit', { file_path: join(root, file) });
      const { agents: known } = await registry.until('it is there', (each) => {
        return each.agents.some(({ harness }) => harness === 'claude-code');
      });
      const id = known.find(({ harness }) => harness === 'claude-code')?.sessionId;
      assert.ok(id);
      await window.until(id, new RegExp(`^editing ${file}`));
    }
  });
});
