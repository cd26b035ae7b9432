import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { forgetProgram } from '../../../../src/node/connecting/forgetProgram.ts';
import { withTempFolder } from '../../../support/tempFolder.ts';

const text = 'cli 0.2.0 /new/dist/cli.cjs\ncli 0.1.0 /old/dist/cli.cjs\nnode - /usr/bin/node\n';

describe('forgetting a program', () => {
  it('takes it off the list of the launcher, and leaves what others have there', () =>
    withTempFolder(async (home) => {
      const folder = join(home, '.heddle-agents/bin');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'targets'), text);
      await forgetProgram(home, '/elsewhere/dist/cli.cjs');
      assert.equal(readFileSync(join(folder, 'targets'), 'utf8'), text);
      await forgetProgram(home, '/new/dist/cli.cjs');
      assert.equal(
        readFileSync(join(folder, 'targets'), 'utf8'),
        'cli 0.1.0 /old/dist/cli.cjs\nnode - /usr/bin/node\n',
      );
    }));

  it('makes nothing where nothing was ever connected', () =>
    withTempFolder(async (home) => {
      await forgetProgram(home, '/new/dist/cli.cjs');
      assert.equal(existsSync(join(home, '.heddle-agents')), false);
    }));
});
