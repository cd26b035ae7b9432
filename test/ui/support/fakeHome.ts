import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';

/** A home of its own in which these programs are installed: they print a version, or run until they are ended. */
export class FakeHome {
  readonly folder = makeTempFolder();

  constructor(programs: Readonly<Record<string, string>>) {
    mkdirSync(join(this.folder, 'bin'));
    for (const [name, version] of Object.entries(programs)) {
      const file = join(this.folder, 'bin', name);
      const answer = `if (process.argv[2] === '--version') console.log(${JSON.stringify(version)});`;
      writeFileSync(
        file,
        `#!${process.execPath}\n${answer}\nelse setInterval(() => {}, 1 << 30);\n`,
      );
      chmodSync(file, 0o755);
    }
    // Shells that log in begin with a path of their own.
    for (const name of ['.profile', '.bashrc']) {
      writeFileSync(join(this.folder, name), 'PATH="$HOME/bin:$PATH"\nPS1="$ "\n');
    }
  }

  /** The environment in which it is the home. */
  get env(): NodeJS.ProcessEnv {
    return {
      HOME: this.folder,
      PATH: `${join(this.folder, 'bin')}:/usr/bin:/bin`,
      SHELL: '/bin/bash',
    };
  }

  dispose(): void {
    removeTempFolder(this.folder);
  }
}
