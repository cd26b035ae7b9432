import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeEntriesFolder } from './entriesFolder.ts';
import { atMost, median, type Figure } from './figures.ts';

const rounds = 9;

interface Activation {
  /** Loading the bundle and running `activate`, in milliseconds. */
  readonly ownMs: number;
  /** Entry files read by the time that `activate` returned. */
  readonly readFiles: number;
}

/**
 * Own time of activation: the bundle is loaded and activated in a fresh process against a stand-in for
 * the editor's API, which costs next to nothing, so that only our own work is in the figure.
 */
export function benchActivation(activateScript: string): readonly Figure[] {
  const full = makeEntriesFolder(1000);
  const empty = mkdtempSync(join(tmpdir(), 'heddle-bench-empty-'));
  try {
    const withEntries = Array.from({ length: rounds }, () => activate(activateScript, full.root));
    const without = activate(activateScript, empty);
    return [
      atMost(
        'activation with 1 000 entries, own time',
        median(withEntries.map((one) => one.ownMs)),
        60,
        'ms',
      ),
      atMost('entry files read without a .heddle', without.readFiles, 0, 'files'),
    ];
  } finally {
    rmSync(full.root, { recursive: true, force: true });
    rmSync(empty, { recursive: true, force: true });
  }
}

/** Sizes of what is shipped. */
export function benchSizes(): readonly Figure[] {
  const vsix = readdirSync('.').find((name) => name.endsWith('.vsix'));
  const bundle = atMost('extension bundle', statSync('dist/extension.cjs').size / 1024, 400, 'KB');
  if (vsix === undefined || !existsSync(vsix)) {
    return [bundle, { name: '.vsix', target: '≤ 3 MB', measured: 'none made', isMet: false }];
  }
  return [bundle, atMost('.vsix', statSync(vsix).size / 1e6, 3, 'MB')];
}

function activate(script: string, folder: string): Activation {
  const output = execFileSync(process.execPath, [script, folder], { encoding: 'utf8' });
  return JSON.parse(output) as Activation;
}
