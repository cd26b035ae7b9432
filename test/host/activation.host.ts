import { strict as assert } from 'node:assert';
import fs from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import manifest from '../../package.json';
import {
  fingerprint,
  heddleExtension,
  HostRegistry,
  run,
  workspaceFolder,
} from '../support/hostWorld.ts';

describe('activation', () => {
  it('activates in the extension host of the opened folder', async () => {
    const extension = heddleExtension();

    await extension.activate();

    assert.equal(extension.isActive, true);
    assert.equal(vscode.workspace.isTrusted, true);
  });

  it('registers every command of the manifest, and no other of its own', async () => {
    await heddleExtension().activate();
    const known = await vscode.commands.getCommands(true);
    const own = known.filter(
      (id) =>
        /^heddle\./.test(id) &&
        !/^heddle\.agents\.(focus|open|resetViewLocation|removeView|toggleVisibility|toggleViewInMenu)$/.test(
          id,
        ),
    );
    assert.deepEqual(
      own.filter((id) => !/^heddle\.agents\./.test(id)).sort(),
      manifest.contributes.commands
        .map(({ command }) => command)
        .filter((id) => !/^heddle\.agents\./.test(id))
        .sort(),
    );
    for (const { command } of manifest.contributes.commands) {
      assert.ok(known.includes(command), `${command} is not registered`);
    }
  });

  describe('without a .heddle', () => {
    let registry: HostRegistry;
    before(async () => {
      registry = await HostRegistry.open();
      await registry.reset();
    });

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
  });
});

/** The paths below the workspace that are opened or listed while some work is done. */
async function pathsTouched(work: () => Promise<unknown>): Promise<readonly string[]> {
  const touched: string[] = [];
  const names = ['openSync', 'readFileSync', 'readdirSync', 'open', 'readFile', 'readdir'] as const;
  const real = Object.fromEntries(names.map((name) => [name, fs[name]]));
  const spy = (name: (typeof names)[number]): unknown =>
    function (this: unknown, path: unknown, ...rest: readonly unknown[]): unknown {
      if (String(path).startsWith(workspaceFolder())) touched.push(String(path));
      return Reflect.apply(real[name] as () => unknown, this, [path, ...rest] as []);
    };
  Object.assign(fs, Object.fromEntries(names.map((name) => [name, spy(name)])));
  try {
    await work();
    return touched;
  } finally {
    Object.assign(fs, real);
  }
}
