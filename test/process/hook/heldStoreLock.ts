import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildChildProgram } from '../../support/childProgram.ts';
import { LineChildren } from '../lineChild.ts';

/** Does the work while another process holds the locks of the stores of a repository. */
export async function heldStoreLock(root: string, work: () => Promise<void>): Promise<void> {
  const program = await buildChildProgram(new URL('../children/lockHolder.ts', import.meta.url));
  const children = new LineChildren();
  try {
    for (const name of ['agents', 'file-locks']) {
      const folder = join(root, '.heddle', name);
      mkdirSync(folder, { recursive: true });
      const holder = await children.node(program, [join(folder, '.lock')]);
      assert.equal(await holder.answer(), 'held');
    }
    await work();
  } finally {
    await children.dispose();
  }
}
