import { strict as assert } from 'node:assert';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { entryText } from '../support/entryBuilder.ts';
import { eventually } from '../support/eventually.ts';
import { HostRegistry, workspaceFolder } from '../support/hostWorld.ts';

describe('the setting heddle.root', () => {
  let registry: HostRegistry;
  const elsewhere = (): string => join(workspaceFolder(), 'elsewhere');
  const setRoot = async (root: string | undefined): Promise<void> => {
    const configuration = vscode.workspace.getConfiguration('heddle');
    await configuration.update('root', root, vscode.ConfigurationTarget.Workspace);
  };
  const roots = (): readonly string[] => registry.api.getSnapshot().map(({ root }) => root);
  const untilRoot = (root: string): Promise<void> =>
    eventually(`the root is ${root}; it is ${roots().join()}`, () => roots()[0] === root);

  before(async () => {
    registry = await HostRegistry.open();
    await registry.reset();
  });
  afterEach(async () => {
    await setRoot(undefined);
    await untilRoot(workspaceFolder());
  });
  after(() => {
    for (const name of ['.vscode', 'elsewhere']) {
      rmSync(join(workspaceFolder(), name), { recursive: true, force: true });
    }
  });

  it('moves the window to another registry and back', async () => {
    const other = new HostRegistry(registry.api, elsewhere());
    other.makeFolder();
    other.write('agent-a', entryText('agent-a'));
    await setRoot(elsewhere());
    await other.untilAgent('agent-a');
    assert.deepEqual(roots(), [elsewhere()]);
    other.write('agent-b', entryText('agent-b'));
    await other.untilAgent('agent-b');

    await setRoot(undefined);
    await registry.until('it is the folder again', ({ state }) => state === 'absent');
    assert.equal(registry.agent('agent-a'), undefined);
  });

  it('may name a folder that is made later', async () => {
    const later = join(elsewhere(), 'later');
    mkdirSync(elsewhere(), { recursive: true });
    const other = new HostRegistry(registry.api, later);
    await setRoot(later);
    await other.until('it is absent', ({ state }) => state === 'absent');
    mkdirSync(later);
    other.makeFolder();
    other.write('agent-a', entryText('agent-a'));
    await other.untilAgent('agent-a');
  });

  it('is read from the workspace folder when it is relative', async () => {
    const other = new HostRegistry(registry.api, elsewhere());
    other.makeFolder();
    await setRoot('./elsewhere');
    await untilRoot(elsewhere());
    await other.until('it is open', ({ state }) => state === 'ready');
  });

  it('counts as empty when it is blank', async () => {
    await setRoot(elsewhere());
    await untilRoot(elsewhere());
    await setRoot('   ');
    await untilRoot(workspaceFolder());
  });
});
