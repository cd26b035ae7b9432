import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cliPath } from '../../support/cliPath.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';
import { ended, runCliProcess } from '../cli/spawnCli.ts';
import { ensureInspector } from './inspector.ts';
import { plainEnvironment } from './mcpProcess.ts';

interface Tools {
  readonly tools: readonly { readonly name: string }[];
}

interface Result {
  readonly structuredContent: Readonly<Record<string, unknown>>;
}

interface Contents {
  readonly contents: readonly { readonly uri: string }[];
}

describe('the inspector of the protocol', () => {
  let inspector: string;
  let root: string;
  before(async () => {
    inspector = await ensureInspector();
  });
  beforeEach(async () => {
    root = makeTempFolder();
    await runCliProcess(['init'], { cwd: root });
  });
  afterEach(() => removeTempFolder(root));

  const inspect = async (...args: string[]): Promise<unknown> => {
    const server = [process.execPath, cliPath(), 'mcp'];
    const child = spawn(process.execPath, [inspector, ...server, '--method', ...args], {
      cwd: root,
      env: plainEnvironment(),
    });
    const { code, stdout, stderr } = await ended(child);
    equal(code, 0, stderr);
    return JSON.parse(stdout);
  };

  it('lists the tools', async () => {
    const { tools } = (await inspect('tools/list')) as Tools;
    ok(tools.some(({ name }) => name === 'may_i_edit'));
    equal(tools.length, 12);
  });

  it('calls a tool', async () => {
    const call = ['tools/call', '--tool-name', 'lock_files', '--tool-arg', 'agent=me'];
    const { structuredContent } = (await inspect(...call, 'paths=["src/a.ts"]')) as Result;
    equal(structuredContent.outcome, 'granted');
  });

  it('reads a resource', async () => {
    const { contents } = (await inspect(
      'resources/read',
      '--uri',
      'heddle://snapshot',
    )) as Contents;
    deepEqual(
      contents.map(({ uri }) => uri),
      ['heddle://snapshot'],
    );
  });
});
