import { deepEqual, equal } from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { findProgram } from '../../../../src/node/acp/findProgram.ts';
import { withTempFolder } from '../../../support/tempFolder.ts';

describe('the program of an agent', () => {
  const makeProgram = (folder: string, name: string): string => {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, name);
    writeFileSync(path, '');
    chmodSync(path, 0o755);
    return path;
  };

  it('is the first that is found on the path or where installers put it', async () => {
    await withTempFolder((home) => {
      const onPath = makeProgram(join(home, 'path'), 'second-agent');
      const installed = makeProgram(join(home, '.local/bin'), 'other-agent');
      const places = {
        home,
        env: { PATH: `relative:${join(home, 'path')}` },
        platform: 'linux',
      } as const;
      const programs = [
        { name: 'first-agent', args: ['a'] },
        { name: 'second-agent', args: ['b'] },
      ];
      deepEqual(findProgram(programs, places), { command: onPath, args: ['b'] });
      equal(findProgram([{ name: 'other-agent', args: [] }], places)?.command, installed);
      equal(findProgram([{ name: onPath, args: [] }], places)?.command, onPath);
    });
  });

  it('is never one of the folder that somebody has opened', async () => {
    await withTempFolder((home) => {
      makeProgram(join(home, 'repo'), 'agent');
      const places = { home, env: { PATH: '.:' }, platform: 'linux' } as const;
      for (const name of ['agent', './agent', 'repo/agent']) {
        equal(findProgram([{ name, args: [] }], places), undefined);
      }
    });
  });
});
