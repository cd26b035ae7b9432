import { createVSIX } from '@vscode/vsce';
import { readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The .vsix carries native code of one platform, so it is made for the platform it is made on. */
const target = `${process.platform}-${process.arch}`;
const nativePackage = join('node_modules', '@koromix', `koffi-${target}`);

const manifest = JSON.parse(await readFile('package.json', 'utf8')) as {
  readonly name: string;
  readonly version: string;
};
await stat(nativePackage).catch(() => {
  throw new Error(`${nativePackage} is missing; run "npm ci" on this platform first.`);
});
const packagePath = `${manifest.name}-${target}-${manifest.version}.vsix`;
const temporaryPath = `${packagePath}.tmp`;
await createVSIX({
  target,
  packagePath: temporaryPath,
  allowMissingRepository: true,
  // The pictures of the README are not shipped, and there is no public place to link them to.
  rewriteRelativeLinks: false,
});
for (const name of await readdir('.')) {
  if (name.endsWith('.vsix')) await rm(name);
}
await rename(temporaryPath, packagePath);
const { size } = await stat(packagePath);
process.stdout.write(`${packagePath} ${Math.round(size / 1024)} KB\n`);
