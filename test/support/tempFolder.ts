import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new, empty folder under its real path. */
export function makeTempFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'heddle-test-')));
}

export function removeTempFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Runs `work` with a folder of its own, which is removed in the end. */
export async function withTempFolder<T>(work: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = makeTempFolder();
  try {
    return await work(folder);
  } finally {
    removeTempFolder(folder);
  }
}

/** Makes `<root>/.heddle/agents` and returns it. */
export function makeAgentsFolder(root: string): string {
  const folder = join(root, '.heddle', 'agents');
  mkdirSync(folder, { recursive: true });
  return folder;
}
