import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/**
 * Proves that the layering check bites: in a copy of the sources it plants one violation of each rule
 * and demands that the check names every one of them.
 */
const violations: readonly {
  readonly rule: string;
  readonly file: string;
  readonly code: string;
}[] = [
  {
    rule: 'base-imports-base',
    file: 'src/base/bad.ts',
    code: "import '../core/agents/agentEntry.ts';",
  },
  { rule: 'core-imports-base', file: 'src/core/bad.ts', code: "import '../node/flock.ts';" },
  {
    rule: 'node-imports-core',
    file: 'src/node/bad.ts',
    code: "import '../presentation/duration.ts';",
  },
  {
    rule: 'presentation-is-pure',
    file: 'src/presentation/bad.ts',
    code: "import '../node/flock.ts';",
  },
  {
    rule: 'harnesses-beside-presentation',
    file: 'src/harnesses/bad.ts',
    code: "import '../node/flock.ts';",
  },
  { rule: 'cli-is-a-host', file: 'src/cli/bad.ts', code: "import '../extension/ids.ts';" },
  { rule: 'mcp-is-a-host', file: 'src/mcp/bad.ts', code: "import '../extension/ids.ts';" },
  { rule: 'hook-is-a-host', file: 'src/hook/bad.ts', code: "import '../cli/main.ts';" },
  {
    rule: 'session-host-is-a-host',
    file: 'src/sessionHost/bad.ts',
    code: "import '../cli/main.ts';",
  },
  { rule: 'extension-is-a-host', file: 'src/extension/bad.ts', code: "import '../cli/main.ts';" },
  { rule: 'build-uses-nothing', file: 'src/build/bad.ts', code: "import '../base/event.ts';" },
  {
    rule: 'vscode-only-in-extension',
    file: 'src/cli/badTypes.ts',
    code: "import type { Uri } from 'vscode';\nexport type Bad = Uri;",
  },
  { rule: 'platform-only-in-node', file: 'src/core/badFs.ts', code: "import 'node:fs';" },
  {
    rule: 'platform-only-in-node',
    file: 'src/presentation/badLibrary.ts',
    code: "import 'lossless-json';",
  },
  {
    rule: 'storage-libraries-only-in-node',
    file: 'src/cli/badLibrary.ts',
    code: "import 'smol-toml';",
  },
  {
    rule: 'mcp-sdk-only-in-mcp',
    file: 'src/cli/badSdk.ts',
    code: "import '@modelcontextprotocol/sdk/server/mcp.js';",
  },
  {
    rule: 'acp-sdk-only-in-acp',
    file: 'src/node/badAcp.ts',
    code: "import '@agentclientprotocol/sdk';",
  },
  {
    rule: 'no-cycles',
    file: 'src/base/badCycle.ts',
    code: "import type { B } from './badCycleBack.ts';\nexport type A = B;",
  },
];
const cycleBack = "import type { A } from './badCycle.ts';\nexport type B = A | 1;";

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

function plantedTree(): string {
  const project = mkdtempSync(join(tmpdir(), 'heddle-layers-'));
  for (const name of ['src', 'tsconfig.json', 'package.json', '.dependency-cruiser.cjs']) {
    cpSync(name, join(project, name), { recursive: true });
  }
  symlinkSync(resolve('node_modules'), join(project, 'node_modules'), 'dir');
  const plant = (file: string, code: string): void => {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), `${code}\n`);
  };
  for (const { file, code } of violations) plant(file, code);
  plant('src/base/badCycleBack.ts', cycleBack);
  return project;
}

function check(project: string): readonly Violation[] {
  const bin = resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [bin, 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  const options = { cwd: project, encoding: 'utf8', maxBuffer: 1 << 28 } as const;
  const output = execFileSync(process.execPath, args, options);
  const result = JSON.parse(output) as { summary: { violations: readonly Violation[] } };
  return result.summary.violations;
}

const project = plantedTree();
try {
  const found = check(project);
  const missed = violations.filter(
    ({ rule, file }) => !found.some((one) => one.rule.name === rule && one.from === file),
  );
  for (const { rule, file } of missed) {
    process.stderr.write(`The rule ${rule} let ${file} through.\n`);
  }
  if (missed.length > 0) process.exitCode = 1;
  else process.stdout.write(`Each of ${violations.length} planted violations was found.\n`);
} finally {
  rmSync(project, { recursive: true, force: true });
}
