import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HookedAgent } from '../../support/hookedAgent.ts';
import { ShownAgents } from '../../support/hostShownAgents.ts';
import { fingerprint, heddleExtension, HostRegistry } from '../../support/hostWorld.ts';

describe('what agents do, in a window that is not trusted', () => {
  let registry: HostRegistry;
  let shown: ShownAgents | undefined;
  let agent: HookedAgent | undefined;
  let folder: string;

  before(async () => {
    registry = await HostRegistry.open();
    registry.makeFolder();
    folder = mkdtempSync(join(tmpdir(), 'heddle-transcripts-'));
  });
  after(async () => {
    shown?.dispose();
    await agent?.kill();
    // Others count who is there.
    rmSync(join(registry.root, '.heddle'), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  });

  it('is shown, but no transcript is read and nothing is written', async () => {
    shown = new ShownAgents(registry);
    const places = {
      ...{ project: heddleExtension().extensionPath, root: registry.root },
      transcripts: folder,
    };
    agent = new HookedAgent(places, `restricted-${Date.now()}`);
    await agent.begin();
    await agent.before('Edit', { file_path: join(registry.root, 'src/main.ts') });
    const key = `claude-code:session:${agent.session}`;
    const { agents } = await registry.until('it is there', (each) =>
      each.agents.some(({ sessionId }) => registry.read(sessionId).includes(key)),
    );
    const id = agents.find(({ sessionId }) => registry.read(sessionId).includes(key))?.sessionId;
    assert.ok(id);
    await shown.until(id, /^editing src\/main\.ts · /);
    const before = fingerprint(join(registry.root, '.heddle'));
    agent.answer({ input: 1000, output: 5000 });
    agent.interruption();
    // Longer than a trusted window takes for either.
    await new Promise((done) => setTimeout(done, 8000));
    assert.match(shown.row(id), /^editing src\/main\.ts · /);
    assert.doesNotMatch(shown.row(id), /tokens/);
    assert.deepEqual(fingerprint(join(registry.root, '.heddle')), before);
  });
});
