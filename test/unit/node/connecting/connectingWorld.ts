import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ConnectionRecipe } from '../../../../src/core/harness/connectionRecipe.ts';
import { connectionRecipes } from '../../../../src/harnesses/connecting/connectionRecipes.ts';
import type { ConnectionPlaces } from '../../../../src/node/connecting/connectionPlaces.ts';
import { heddleRootAt } from '../../../../src/node/heddleRoot.ts';
import { makeTempFolder, removeTempFolder } from '../../../support/tempFolder.ts';

/** A repository of git and a home with blanks in its name. */
export class ConnectingWorld {
  readonly folder = makeTempFolder();
  readonly checkout = join(this.folder, 'repo');
  readonly home = join(this.folder, 'my home');

  constructor() {
    mkdirSync(this.home);
    mkdirSync(join(this.checkout, '.heddle'), { recursive: true });
    this.git('init', '-q', '.');
    writeFileSync(join(this.checkout, '.git/info/exclude'), '# mine\n*.log\n');
  }

  places(env: ConnectionPlaces['env'] = {}): ConnectionPlaces {
    const location = heddleRootAt(this.checkout);
    return { checkout: this.checkout, location, home: this.home, env };
  }

  git(...args: readonly string[]): string {
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
    return execFileSync('git', [...identity, ...args], {
      cwd: this.checkout,
      encoding: 'utf8',
    });
  }

  /** Writes a file of the checkout and returns its path. */
  write(name: string, content: string | Uint8Array, mode = 0o644): string {
    const path = join(this.checkout, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode });
    return path;
  }

  read(name: string): string {
    return readFileSync(join(this.checkout, name), 'utf8');
  }

  /** Every file and folder of a folder with its content, but for the state of git and of Heddle. */
  snapshot(folder = this.checkout): Readonly<Record<string, string>> {
    const found: Record<string, string> = {};
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    for (const name of names.toSorted()) {
      if (/^\.(?:git|heddle|heddle-agents)(?:\/|$)/.test(name)) continue;
      const path = join(folder, name);
      const stats = lstatSync(path);
      const content = stats.isFile() ? readFileSync(path).toString('base64') : '';
      found[name] = `${(stats.mode & 0o7777).toString(8)} ${content}`;
    }
    found.exclude = readFileSync(join(this.checkout, '.git/info/exclude'), 'utf8');
    return found;
  }

  remove(): void {
    removeTempFolder(this.folder);
  }
}

export function recipeOf(harness: string): ConnectionRecipe {
  const recipe = connectionRecipes('linux').find((each) => each.harness === harness);
  if (recipe === undefined) throw new Error(`no recipe for ${harness}`);
  return recipe;
}
