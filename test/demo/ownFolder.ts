import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onProcessEnd } from '../support/vscode/processEnd.ts';

/** A temporary folder that goes with whoever made it. */
export interface OwnFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** Makes a folder that is removed by `remove()`, and at the latest when this process ends. */
export function makeOwnFolder(name: string): OwnFolder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), `${name}-`)));
  const options = { recursive: true, force: true, maxRetries: 10 };
  const withdraw = onProcessEnd(() => rmSync(path, options));
  return {
    path,
    remove: async () => {
      await rm(path, options);
      withdraw();
    },
  };
}
