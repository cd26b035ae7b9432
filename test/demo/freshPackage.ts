import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { runQuietly, timed } from '../support/vscode/npmInstall.ts';
import { projectRoot } from '../support/vscode/projectPaths.ts';

/**
 * The packaged extension: `HEDDLE_VSIX`, else the newest one in the project, which is packed first
 * unless it is newer than the build.
 */
export async function freshPackage(): Promise<string> {
  const named = process.env.HEDDLE_VSIX;
  if (named !== undefined && named !== '') return named;

  const found = await newestPackage();
  const builtMs = (await stat(join(projectRoot, 'dist/extension.cjs'))).mtimeMs;
  if (found !== undefined && found.changedMs > builtMs) return found.path;

  await timed('packing the extension', () => pack());
  const packed = await newestPackage();
  if (packed === undefined) throw new Error('No package was made.');
  return packed.path;
}

async function pack(): Promise<void> {
  const loader = import.meta.resolve('tsx');
  await runQuietly(process.execPath, ['--import', loader, 'src/build/package.ts'], {
    cwd: projectRoot,
  });
}

async function newestPackage(): Promise<
  { readonly path: string; readonly changedMs: number } | undefined
> {
  const names = (await readdir(projectRoot)).filter((name) => name.endsWith('.vsix'));
  const dated = await Promise.all(
    names.map(async (name) => {
      const path = join(projectRoot, name);
      return { path, changedMs: (await stat(path)).mtimeMs };
    }),
  );
  return dated.sort((a, b) => b.changedMs - a.changedMs)[0];
}
