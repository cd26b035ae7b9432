import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ListedProcess } from '../../../../src/core/harness/discovery/listedProcess.ts';
import type { DiscoveredAgent } from '../../../../src/core/harness/discovery/discoveredAgent.ts';
import { lsofArguments, parseLsofFolders } from '../../../../src/node/discovery/darwinFolders.ts';
import {
  discoverAgents,
  type DiscoveryRequest,
  type KnownAgent,
} from '../../../../src/node/discovery/discoverAgents.ts';
import { repositoryTest } from '../../../../src/node/discovery/repositoryTest.ts';
import { heddleRootAt } from '../../../../src/node/heddleRoot.ts';
import { createProcessProbe } from '../../../../src/node/processProbe.ts';
import { recordProcess } from '../../../../src/node/recordedProcess.ts';
import { eventually } from '../../../support/eventually.ts';
import { GitSandbox } from '../gitSandbox.ts';

const harnessOf = ({ args }: ListedProcess): 'claude-code' | undefined =>
  args[0]?.endsWith('/claude') === true ? 'claude-code' : undefined;

describe('discoverAgents', () => {
  let sandbox: GitSandbox;
  let children: ChildProcess[];
  beforeEach(() => {
    sandbox = new GitSandbox();
    children = [];
    mkdirSync(sandbox.folder('repo', '.heddle', 'agents'), { recursive: true });
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    sandbox.dispose();
  });

  function discover(fields: Partial<DiscoveryRequest> = {}): Promise<readonly DiscoveredAgent[]> {
    const location = heddleRootAt(sandbox.path('repo'));
    return discoverAgents({ location, known: [], harnessOf, ...fields });
  }

  if (process.platform === 'linux') {
    /** A native program of the agent's name that does nothing for long. */
    const start = async (folder: string): Promise<number> => {
      const program = join(sandbox.folder('bin'), 'claude');
      if (!existsSync(program)) {
        copyFileSync('/bin/sleep', program);
        chmodSync(program, 0o755);
      }
      const child = spawn(program, ['1000'], { cwd: folder, stdio: 'ignore' });
      children.push(child);
      await once(child, 'spawn');
      return child.pid ?? assert.fail();
    };

    it('finds an agent in a folder of the repository, with its start', async () => {
      const pid = await start(sandbox.folder('repo', 'src'));
      const [found, ...others] = await discover();
      assert.deepEqual(others, []);
      const { processStart } = await recordProcess(createProcessProbe(), pid);
      assert.ok(processStart !== undefined);
      assert.equal(found?.pid, pid);
      assert.equal(found.processStart, processStart);
      assert.equal(found.cwd, sandbox.path('repo', 'src'));
      assert.equal(found.confidence, 'high');
    });

    it('finds one in a worktree beside it, and none elsewhere', async () => {
      const repo = sandbox.path('repo');
      sandbox.git(repo, 'init', '--quiet');
      sandbox.commit(repo, 'first');
      const pid = await start(sandbox.worktree(repo, 'tree'));
      await start(sandbox.folder('other'));
      await start(sandbox.root);
      assert.deepEqual(
        (await discover()).map((each) => each.pid),
        [pid],
      );
    });

    it('leaves out one that is registered, and one that has ended', async () => {
      const pid = await start(sandbox.path('repo'));
      const ended = await start(sandbox.path('repo'));
      assert.equal((await discover()).length, 2);
      const recorded = await recordProcess(createProcessProbe(), pid);
      const known: KnownAgent = { sessionId: 'agent-a', status: 'active', ...recorded };
      process.kill(ended, 'SIGKILL');
      await eventually(
        'nobody is left',
        async () => (await discover({ known: [known] })).length === 0,
      );
      const elsewhere = { ...known, pidNamespace: 'pid:[1]' };
      assert.equal((await discover({ known: [elsewhere] })).length, 1);
    });

    it('takes a command in a terminal and its process for one agent', async () => {
      const pid = await start(sandbox.path('repo'));
      const terminal = {
        id: 't',
        commandLine: 'claude',
        shellPid: process.pid,
        cwd: sandbox.path('repo'),
        startedAtMs: 1,
      };
      const pids = async (commandLine: string): Promise<readonly unknown[]> =>
        (await discover({ terminals: [{ ...terminal, commandLine }] })).map((each) => each.pid);
      assert.deepEqual(await pids('claude'), [pid]);
      assert.deepEqual(await pids('codex'), [pid, undefined]);
    });
  }

  it('passes over commands of terminals that start no agent or work elsewhere', async () => {
    const terminal = { id: 't', shellPid: undefined, cwd: undefined, startedAtMs: undefined };
    const found = await discover({
      terminals: [
        { ...terminal, commandLine: 'npm test' },
        { ...terminal, commandLine: 'codex', cwd: sandbox.folder('other') },
        { ...terminal, commandLine: 'gemini' },
      ],
    });
    assert.deepEqual(
      found.map(({ harness, source }) => [harness, source]),
      [['gemini-cli', 'terminal']],
    );
  });

  it('finds nobody on a platform that tells nothing', async () => {
    assert.deepEqual(await discover({ platform: 'aix' }), []);
    assert.deepEqual(await discover({ platform: 'win32' }), []);
  });
});

describe('repositoryTest', () => {
  let sandbox: GitSandbox;
  beforeEach(() => {
    sandbox = new GitSandbox();
  });
  afterEach(() => sandbox.dispose());

  it('takes folders below the root, and not the root of somebody else in it', () => {
    sandbox.folder('repo', '.heddle');
    sandbox.folder('repo', 'nested', '.heddle');
    const isOurs = repositoryTest(heddleRootAt(sandbox.path('repo')));
    assert.equal(isOurs(sandbox.path('repo')), true);
    assert.equal(isOurs(sandbox.folder('repo', 'a', 'b')), true);
    assert.equal(isOurs(sandbox.path('repo', 'nested')), false);
    assert.equal(isOurs(sandbox.root), false);
    assert.equal(isOurs(sandbox.folder('repository')), false);
  });

  it('takes folders below a root that has no registry yet', () => {
    sandbox.folder('repo', '.git');
    const isOurs = repositoryTest(heddleRootAt(sandbox.folder('repo', 'part')));
    assert.equal(isOurs(sandbox.folder('repo', 'part', 'a')), true);
    assert.equal(isOurs(sandbox.path('repo')), false);
  });
});

describe('parseLsofFolders', () => {
  it('reads the folder of each process', () => {
    const output = 'p12\nfcwd\nn/Users/me/a b\np13\nfcwd\nn/tmp/caf\\xc3\\xa9 100%\np14\nfcwd\n';
    assert.deepEqual(
      [...parseLsofFolders(output)],
      [
        [12, '/Users/me/a b'],
        [13, '/tmp/café 100%'],
      ],
    );
  });

  it('reads nothing from messages, nor before a process was named', () => {
    assert.equal(parseLsofFolders('lsof: WARNING\nn/x\np\nn/y\np5\nnpermission denied').size, 0);
  });

  it('asks for working directories only', () => {
    assert.deepEqual(lsofArguments([1, 2]).slice(-6), ['-d', 'cwd', '-F', 'pn', '-p', '1,2']);
  });
});
