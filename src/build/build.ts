import { build, type BuildOptions, type Plugin } from 'esbuild';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';

const common: BuildOptions = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  // Native code cannot be bundled; everything else is.
  external: ['koffi'],
  // The CommonJS entry points of some libraries cannot be bundled.
  mainFields: ['module', 'main'],
  sourcemap: 'linked',
  sourcesContent: false,
  minify: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

const hookEntryPoints = {
  hook: 'src/hook/main.ts',
  storePorts: 'src/hook/storePorts.ts',
  turnUsage: 'src/hook/turnUsage.ts',
  processKey: 'src/hook/processKey.ts',
  activityFiles: 'src/node/activityFiles.ts',
};

/** What a hook loads only at times is a file of its own, so that the rest of it is small. */
const bundlesOfTheirOwn: Plugin = {
  name: 'bundles-of-their-own',
  setup: (bundle) => {
    bundle.onResolve({ filter: /\.ts$/ }, ({ kind, path }) => {
      const name = basename(path, '.ts');
      const isOwn = kind === 'dynamic-import' && Object.hasOwn(hookEntryPoints, name);
      return isOwn ? { path: `./${name}.cjs`, external: true } : undefined;
    });
  },
};

const acpSdk = '@agentclientprotocol/sdk';

/**
 * The SDK takes longer to load than all the rest of a host. It is a file of its own, loaded when the first
 * value of it is used: by then the agent starts, which takes as long.
 */
const sdkWhenUsed: Plugin = {
  name: 'sdk-when-used',
  setup: (bundle) => {
    bundle.onResolve({ filter: new RegExp(`^${acpSdk}$`) }, () => ({
      path: acpSdk,
      namespace: 'when-used',
    }));
    bundle.onLoad({ filter: /.*/, namespace: 'when-used' }, async () => {
      const sdk = (await import(acpSdk)) as object;
      const names = Object.keys(sdk).filter((name) => name !== 'default');
      const getters = names.map((name) => `get ${name}() { return sdk().${name}; }`);
      const load = `let loaded; const sdk = () => (loaded ??= require('./acpSdk.cjs'));`;
      return { contents: `${load}\nmodule.exports = { ${getters.join(', ')} };`, loader: 'js' };
    });
    bundle.onResolve({ filter: /^\.\/acpSdk\.cjs$/ }, ({ path }) => ({ path, external: true }));
  },
};

/** Without `vscode` among the externals a bundle that imports it does not build. */
const bundles: readonly BuildOptions[] = [
  {
    ...common,
    entryPoints: { extension: 'src/extension/extension.ts' },
    external: [...(common.external ?? []), 'vscode'],
    target: 'node22',
  },
  {
    ...common,
    entryPoints: { cli: 'src/cli/dispatch.ts' },
    banner: { js: '#!/usr/bin/env node' },
    target: 'node20',
  },
  { ...common, entryPoints: { verbs: 'src/cli/main.ts' }, target: 'node20' },
  { ...common, entryPoints: { mcp: 'src/mcp/main.ts' }, target: 'node20' },
  {
    ...common,
    entryPoints: { sessionHost: 'src/sessionHost/main.ts' },
    plugins: [sdkWhenUsed],
    target: 'node20',
  },
  { ...common, entryPoints: { acpSdk }, target: 'node20' },
  { ...common, entryPoints: { uninstalled: 'src/extension/uninstalled.ts' }, target: 'node20' },
  {
    ...common,
    entryPoints: hookEntryPoints,
    plugins: [bundlesOfTheirOwn],
    supported: { 'dynamic-import': false },
    target: 'node20',
  },
];

await rm('dist', { recursive: true, force: true });
await mkdir('dist', { recursive: true });
for (const options of bundles) {
  const { metafile = { inputs: {}, outputs: {} } } = await build(options);
  for (const [path, output] of Object.entries(metafile.outputs)) {
    if (!path.endsWith('.cjs')) continue;
    process.stdout.write(`${path} ${Math.round(output.bytes / 1024)} KB\n`);
    await writeFile(`${path.replace(/\.cjs$/, '')}.meta.json`, JSON.stringify(metafile));
    await stat(path);
  }
}
