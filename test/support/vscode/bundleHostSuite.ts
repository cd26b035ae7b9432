import { readdir, readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import type { SourceMapPayload } from 'node:module';
import { dirname, join, posix, relative, sep } from 'node:path';

import { build } from 'esbuild';

import { projectRoot } from './projectPaths.ts';

/** The files below the project that a pattern names; `*` stands for a part of one name. */
export async function filesMatching(glob: string): Promise<string[]> {
  const folder = posix.dirname(glob);
  const pattern = new RegExp(
    `^${posix
      .basename(glob)
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '[^/]*')}$`,
  );
  const names = await readdir(join(projectRoot, folder)).catch(() => []);
  return names
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => join(projectRoot, folder, name));
}

/**
 * Bundles test files and returns a CommonJS file that exports `run()`, which is what an extension
 * host can start. `vscode` is the host's; mocha is loaded from the project's packages.
 */
export async function bundleHostSuite(name: string, files: readonly string[]): Promise<string> {
  const outfile = join(projectRoot, 'out/host', `${name}.cjs`);
  const runner = join(projectRoot, 'test/support/vscode/hostMocha.ts');
  const entries = files.map((file) => {
    const shown = relative(projectRoot, file).split(sep).join('/');
    return `{ file: ${JSON.stringify(shown)}, load: () => require(${JSON.stringify(file)}) }`;
  });
  await build({
    stdin: {
      contents:
        `import { runMocha } from ${JSON.stringify(runner)};\n` +
        `export const run = () => runMocha([${entries.join(', ')}]);\n`,
      resolveDir: projectRoot,
      sourcefile: `${name}.js`,
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'mocha'],
    // As in the build: the CommonJS entry points of some libraries cannot be bundled.
    mainFields: ['module', 'main'],
    sourcemap: 'linked',
    logLevel: 'error',
    define: { 'import.meta.url': '__suiteUrl', 'import.meta.dirname': '__dirname' },
    banner: { js: "const __suiteUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
  return outfile;
}

/**
 * A function that puts the lines of the test files in place of the bundle's in what mocha prints.
 * (Node would do that itself, but VS Code makes stack traces in a way of its own.)
 */
export async function createPositionMapper(bundle: string): Promise<(text: string) => string> {
  const map = new SourceMap(
    JSON.parse(await readFile(`${bundle}.map`, 'utf8')) as SourceMapPayload,
  );
  const shown = relative(projectRoot, bundle).split(sep).join('/');
  const position = new RegExp(`[^\\s()]*${shown.replaceAll('.', '\\.')}:(\\d+):(\\d+)`, 'g');
  return (text) =>
    text.replace(position, (all, line: string, column: string) => {
      const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
      if (!('originalSource' in entry)) return all;
      const source = relative(projectRoot, join(dirname(bundle), entry.originalSource));
      return `${source.split(sep).join('/')}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
    });
}
