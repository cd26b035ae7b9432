import { createVSIX } from '@vscode/vsce';
import { readFile, readdir, rm, stat } from 'node:fs/promises';
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
for (const name of await readdir('.')) {
  if (name.endsWith('.vsix')) await rm(name);
}
const packagePath = `${manifest.name}-${target}-${manifest.version}.vsix`;
await createVSIX({ target, packagePath, allowMissingRepository: true });
const { size } = await stat(packagePath);
process.stdout.write(`${packagePath} ${Math.round(size / 1024)} KB\n`);
