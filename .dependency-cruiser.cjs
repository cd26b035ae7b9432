/** The layers of the product. `npm run check:layers` proves with deliberate violations that they bite. */
const onlyMay = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: `^src/(?:${allowed})/` },
});

module.exports = {
  forbidden: [
    onlyMay('base-imports-base', 'base', 'base', 'base imports nothing but itself'),
    onlyMay('core-imports-base', 'core', 'base|core', 'the domain knows no platform'),
    onlyMay('node-imports-core', 'node', 'base|core|node', 'ports are implemented, not presented'),
    onlyMay(
      'presentation-is-pure',
      'presentation',
      'base|core|presentation',
      'view models are pure',
    ),
    onlyMay(
      'harnesses-beside-presentation',
      'harnesses',
      'base|core|presentation|harnesses',
      'a harness is an adapter',
    ),
    onlyMay(
      'cli-is-a-host',
      'cli',
      'base|core|node|presentation|harnesses|cli',
      'hosts never use each other',
    ),
    onlyMay(
      'mcp-is-a-host',
      'mcp',
      'base|core|node|presentation|harnesses|mcp',
      'hosts never use each other',
    ),
    onlyMay(
      'hook-is-a-host',
      'hook',
      'base|core|node|presentation|harnesses|hook',
      'hosts never use each other',
    ),
    onlyMay(
      'session-host-is-a-host',
      'sessionHost',
      'base|core|node|presentation|harnesses|sessionHost',
      'hosts never use each other',
    ),
    onlyMay(
      'extension-is-a-host',
      'extension',
      'base|core|node|presentation|harnesses|extension',
      'hosts never use each other',
    ),
    onlyMay('build-uses-nothing', 'build', 'build', 'the build is not part of the product'),
    {
      name: 'vscode-only-in-extension',
      severity: 'error',
      comment: 'types included: they resolve to @types/vscode',
      from: { path: '^src/', pathNot: '^src/extension/' },
      to: { path: '(?:^vscode$|@types/vscode/)' },
    },
    {
      name: 'platform-only-in-node',
      severity: 'error',
      comment: 'files, processes and their libraries are behind ports',
      from: { path: '^src/(?:base|core|presentation)/' },
      to: {
        dependencyTypes: ['core', 'npm'],
      },
    },
    {
      name: 'storage-libraries-only-in-node',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(?:node|build)/' },
      to: { path: 'node_modules/(?:chokidar|smol-toml|proper-lockfile|koffi)/' },
    },
    {
      name: 'mcp-sdk-only-in-mcp',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/mcp/' },
      to: { path: 'node_modules/@modelcontextprotocol/' },
    },
    {
      name: 'acp-sdk-only-in-acp',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/node/acp/' },
      to: { path: 'node_modules/@agentclientprotocol/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'type-only ones included',
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true, pathNot: '^vscode$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
