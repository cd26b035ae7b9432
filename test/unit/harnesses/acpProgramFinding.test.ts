import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { acpPreset, acpPresets, type AcpPresetId } from '../../../src/harnesses/acpPresets.ts';
import { findProgram } from '../../../src/node/acp/findProgram.ts';
import { withTempFolder } from '../../support/tempFolder.ts';

describe('the programs of the agents that can be started', () => {
  const install = (folder: string, name: string, mode = 0o755): string => {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, name);
    writeFileSync(path, '');
    chmodSync(path, mode);
    return path;
  };

  it('are found on the path, the first folder first', async () => {
    await withTempFolder((home) => {
      const folders = ['a', 'b', 'c'].map((name) => join(home, name));
      const places = { home, env: { PATH: folders.join(':') }, platform: 'linux' } as const;
      for (const { id, programs } of acpPresets()) {
        const [{ name, args }] = programs;
        install(join(home, 'a'), name, 0o644); // is no program
        const command = install(join(home, 'b'), name);
        install(join(home, 'c'), name);
        deepEqual(findProgram(programs, places), { command, args }, id);
      }
    });
  });

  it('are found by an earlier name as well, but rather by the present one', async () => {
    await withTempFolder((home) => {
      const places = { home, env: { PATH: home }, platform: 'linux' } as const;
      const { programs } = acpPreset('claude');
      const earlier = install(home, 'claude-code-acp');
      equal(findProgram(programs, places)?.command, earlier);
      const present = install(home, 'claude-agent-acp');
      equal(findProgram(programs, places)?.command, present);
    });
  });

  it('are found where npm and their own installers put them, with an empty path', async () => {
    const installed: readonly (readonly [AcpPresetId, string, string])[] = [
      ['claude', '.npm-global/bin', 'claude-agent-acp'],
      ['codex', '.volta/bin', 'codex-acp'],
      ['gemini', '.bun/bin', 'gemini'],
      ['cursor', '.local/bin', 'cursor-agent'],
      ['opencode', '.opencode/bin', 'opencode'],
    ];
    for (const [id, folder, name] of installed) {
      await withTempFolder((home) => {
        const command = install(join(home, folder), name);
        const places = { home, env: {}, platform: 'linux' } as const;
        equal(findProgram(acpPreset(id).programs, places)?.command, command, id);
      });
    }
  });

  it('are the scripts of npm on Windows, and rather a real program', async () => {
    await withTempFolder((home) => {
      const npm = join(home, 'AppData', 'Roaming', 'npm');
      install(npm, 'gemini'); // for a Unix shell, which Windows does not start
      const script = install(npm, 'gemini.cmd');
      const places = { home, env: { Path: '' }, platform: 'win32' } as const;
      const { programs } = acpPreset('gemini');
      deepEqual(findProgram(programs, places), { command: script, args: ['--acp'] });
      const program = install(npm, 'gemini.exe');
      equal(findProgram(programs, places)?.command, program);
    });
  });

  it('are not looked for in the folder that somebody has opened', async () => {
    await withTempFolder((home) => {
      install(join(home, 'repo/node_modules/.bin'), 'gemini');
      const env = { PATH: 'node_modules/.bin:./repo/node_modules/.bin:' };
      const places = { home, env, platform: 'linux' } as const;
      equal(findProgram(acpPreset('gemini').programs, places), undefined);
    });
  });

  it('say how they are installed and how one logs in, in words that fit into a sentence', () => {
    for (const { id, install: command, logIn } of acpPresets()) {
      ok(!/[.!]$/.test(command), id);
      match(logIn, /^Run "[^"]+" in a terminal.*\.$/, id);
      match(command, id === 'cursor' ? /^see https:/ : /^npm install -g \S+$/);
    }
  });
});
