import { deepEqual, equal } from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  harnessVersion,
  installedHarnesses,
} from '../../../../src/node/connecting/installedHarnesses.ts';
import { makeTempFolder, removeTempFolder } from '../../../support/tempFolder.ts';
import { recipeOf } from './connectingWorld.ts';

describe('installed coding agents', () => {
  let home: string;
  beforeEach(() => {
    home = makeTempFolder();
  });
  afterEach(() => removeTempFolder(home));

  const recipes = ['claude-code', 'codex', 'vscode-copilot'].map(recipeOf);

  function command(name: string, script = 'exit 1', mode = 0o755): string {
    const path = join(home, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, mode);
    return path;
  }

  const found = (path = join(home, 'bin')): ReturnType<typeof installedHarnesses> =>
    installedHarnesses(recipes, { home, env: { PATH: path }, platform: 'linux' });

  it('are found on the path, in the folders of installers and by their extension', () => {
    const claude = command('bin/claude');
    const codex = command('.npm-global/bin/codex');
    mkdirSync(join(home, '.vscode/extensions/github.copilot-chat-0.30.0'), { recursive: true });
    deepEqual(
      found().map(({ recipe, command: path }) => [recipe.harness, path]),
      [
        ['claude-code', claude],
        ['codex', codex],
        ['vscode-copilot', undefined],
      ],
    );
  });

  it('are not what cannot be executed, is a folder, or lies on a relative path', () => {
    command('bin/claude', '', 0o644);
    mkdirSync(join(home, 'bin/codex'));
    deepEqual(found(), []);
    command('bin/claude');
    deepEqual(found('bin:.'), []);
  });

  it('tell their version when they are asked, and nothing when they cannot', async () => {
    command('bin/claude', 'echo "2.1.240 (Claude Code)"');
    command('bin/codex', 'echo broken; exit 3');
    const [claude, codex] = found();
    equal(claude && (await harnessVersion(claude)), '2.1.240');
    equal(codex && (await harnessVersion(codex)), undefined);
  });
});
