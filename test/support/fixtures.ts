import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const fixturesFolder = fileURLToPath(new URL('./fixtures/', import.meta.url));

/** Entries that Heddle wrote, and entries made by hand of which most are broken. */
export type FixtureName = 'heddle-agents' | 'odd-agents';

/** Copies fixtures into a folder of entries; reading may prune, so tests never use the originals. */
export function copyFixtures(name: FixtureName, folder: string): void {
  cpSync(`${fixturesFolder}${name}`, folder, { recursive: true });
}

/** What Heddle's own `list` returned for `heddle-agents`. */
export const heddleListPath = `${fixturesFolder}heddle-list.json`;
