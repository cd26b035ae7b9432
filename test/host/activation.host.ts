import { strict as assert } from 'node:assert';
import fs from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import manifest from '../../package.json';
import { entryText } from '../support/entryBuilder.ts';
import { failOnLostRejections } from '../support/hostRejections.ts';
import {
  fingerprint,
  heddleExtension,
  HostRegistry,
  run,
  workspaceFolder,
} from '../support/hostWorld.ts';

failOnLostRejections();

describe('activation', () => {
  it('activates in the extension host of the opened folder', async () => {
    const extension = heddleExtension();

    await extension.activate();

    assert.equal(extension.isActive, true);
    assert.equal(vscode.workspace.isTrusted, true);
  });

  it('registers every command of the manifest, and no other', async () => {
    await heddleExtension().activate();
    const known = await vscode.commands.getCommands(true);
    const declared = manifest.contributes.commands.map(({ command }) => command);
    // The host makes these for each view.
    const ofView =
      /^heddle\.(agents|locks|sessions|identities)\.(focus|open|removeView|resetViewLocation|toggle(Visibility|ViewInMenu))$/;
    const own = known.filter((id) => id.startsWith('heddle.') && !ofView.test(id));
    assert.deepEqual(own.sort(), declared.sort());
  });

  describe('without a .heddle', () => {
    let registry: HostRegistry;
    before(async () => {
      registry = await HostRegistry.open();
      await registry.reset();
    });
    after(() => registry.reset());

    it('shows the root of the folder as absent, with nobody in it', () => {
      assert.deepEqual(registry.api.getSnapshot(), [
        { root: workspaceFolder(), state: 'absent', agents: [], unreadable: [] },
      ]);
    });

    it('makes nothing in the folder', async () => {
      const before = fingerprint(workspaceFolder());
      await run('heddle.registry.refresh');
      assert.deepEqual(fingerprint(workspaceFolder()), before);
      assert.equal(fs.existsSync(join(workspaceFolder(), '.heddle')), false);
    });

    it('reads no file and lists no folder when it looks again', async () => {
      const touched = await pathsTouched(() => run('heddle.registry.refresh'));
      assert.deepEqual(touched, []);
    });

    it('reads what is there once there is something', async () => {
      const touched = await pathsTouched(async () => {
        registry.makeFolder();
        registry.write('agent-a', entryText('agent-a'));
        await registry.untilAgent('agent-a');
      });
      assert.ok(touched.includes(registry.entryPath('agent-a')));
    });
  });
});

/** The paths below the workspace that the host opens or lists while some work is done. */
async function pathsTouched(work: () => Promise<unknown>): Promise<readonly string[]> {
  const touched: string[] = [];
  const names = ['openSync', 'readFileSync', 'readdirSync', 'open', 'readFile', 'readdir'] as const;
  const real = Object.fromEntries(names.map((name) => [name, fs[name]]));
  const spies = names.map((name) => [
    name,
    function (this: unknown, path: unknown, ...rest: readonly unknown[]): unknown {
      if (String(path).startsWith(workspaceFolder())) touched.push(String(path));
      return Reflect.apply(real[name] as (...args: unknown[]) => unknown, this, [path, ...rest]);
    },
  ]);
  Object.assign(fs, Object.fromEntries(spies));
  try {
    await work();
    return touched;
  } finally {
    Object.assign(fs, real);
  }
}
