import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { HostRegistry, workspaceFolder } from '../../support/hostWorld.ts';

describe('the tools for language models with two repositories', () => {
  let registries: readonly HostRegistry[];
  before(async () => {
    registries = await Promise.all([0, 1].map((i) => HostRegistry.open(workspaceFolder(i))));
    for (const registry of registries) {
      await registry.reset();
      registry.makeFolder();
    }
  });
  after(async () => {
    for (const registry of registries) await registry.reset();
  });

  const call = async (name: string, input: object): Promise<string> => {
    const options = { input, toolInvocationToken: undefined };
    const [first] = (await vscode.lm.invokeTool(name, options)).content;
    assert.ok(first instanceof vscode.LanguageModelTextPart);
    return first.value;
  };
  const held = async (index: number): Promise<readonly string[]> => {
    const { json } = (await registries[index]?.cli('locks')) ?? { json: { locks: [] } };
    return (json.locks as readonly { readonly path: string }[]).map(({ path }) => path);
  };

  it('find the repository by an absolute path, by the name of its folder, or by "folder"', async () => {
    const absolute = join(workspaceFolder(1), 'src', 'a.ts');
    await call('heddle_lock_files', { paths: [absolute] });
    await call('heddle_lock_files', { paths: ['second/src/b.ts'] });
    await call('heddle_lock_files', { paths: ['src/c.ts'], folder: 'second' });
    await call('heddle_lock_files', { paths: ['first'] });
    assert.deepEqual(await held(1), ['src/a.ts', 'src/b.ts', 'src/c.ts']);
    assert.deepEqual(await held(0), ['.']);
    assert.match(await call('heddle_list_locks', { folder: 'first' }), /the whole repository/);
  });

  it('ask which is meant where nothing tells, or where the paths lie in both', async () => {
    const unclear = /Give absolute paths, or "folder" as one of: first, second/;
    assert.match(await call('heddle_list_agents', {}), unclear);
    assert.match(await call('heddle_may_edit', { paths: ['src/a.ts'] }), unclear);
    assert.match(await call('heddle_lock_files', { paths: ['first/a', 'second/a'] }), unclear);
    assert.match(
      await call('heddle_lock_files', { paths: ['../second/x'], folder: 'first' }),
      /outside the repository/,
    );
  });
});
