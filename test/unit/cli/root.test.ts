import { deepEqual, equal, match } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CliSandbox, type Fields } from './cliSandbox.ts';

describe('the root', () => {
  let sandbox: CliSandbox;
  beforeEach(() => {
    sandbox = new CliSandbox({ hasRegistry: false });
  });
  afterEach(() => sandbox.dispose());

  it('init makes the folder, ignored by git, and says so once', async () => {
    const { code, document } = await sandbox.json('init', '--root', sandbox.root);
    equal(code, 0);
    deepEqual(document, { root: sandbox.root, folder: sandbox.folder, created: true });
    equal(sandbox.read('.gitignore'), '*\n');
    const again = await sandbox.json('init', '--root', sandbox.root);
    deepEqual(again.document, { root: sandbox.root, folder: sandbox.folder, created: false });
  });

  it('init --portable marks the store, also one that exists', async () => {
    await sandbox.run(['init']);
    equal(existsSync(join(sandbox.folder, '.portable')), false);
    equal((await sandbox.json('init', '--portable')).code, 0);
    equal(existsSync(join(sandbox.folder, '.portable')), true);
    equal((await sandbox.json('reserve', 'main')).code, 0);
  });

  it('verbs that add an agent ask for init, unless the root is explicit', async () => {
    for (const verb of [['register'], ['reserve', 'main']]) {
      const { code, document } = await sandbox.json(...verb);
      equal(code, 4);
      equal((document.error as Fields).code, 'no-registry');
      match(String((document.error as Fields).message), /Run "heddle-agents init"/);
      equal(existsSync(sandbox.folder), false);
    }
    equal((await sandbox.json('register', '--root', sandbox.root)).code, 0);
    equal(sandbox.read('.gitignore'), '*\n');
  });

  it('a root that does not exist is not made by mistake', async () => {
    const { code } = await sandbox.json('register', '--root', 'missing');
    equal(code, 4);
    equal(existsSync(join(sandbox.root, 'missing')), false);
  });

  it('verbs that only look find an empty registry', async () => {
    deepEqual((await sandbox.json('list')).document, { agents: [], broken: [] });
    deepEqual((await sandbox.json('reap')).document, { reaped: [] });
    const { code, stdout, stderr } = await sandbox.run(['list']);
    deepEqual([code, stdout], [0, '']);
    match(stderr, /There is no registry/);
    equal(existsSync(sandbox.folder), false);
  });

  it('verbs on one agent do not make a registry', async () => {
    for (const verb of ['show', 'chain', 'heartbeat', 'release']) {
      const { code, document } = await sandbox.json(verb, 'agent-x', '--root', sandbox.root);
      equal(code, 4, verb);
      equal((document.error as Fields).code, 'no-registry');
    }
    equal(existsSync(sandbox.folder), false);
  });

  it('relative paths count from --root, which may stand before the verb', async () => {
    await sandbox.run(['init', '--root', 'project'], { cwd: sandbox.root });
    const project = join(sandbox.root, 'project');
    const { stdout } = await sandbox.run([
      ...['--json', '--root', 'project', 'register', '--path', 'sub'],
    ]);
    const { agent } = JSON.parse(stdout) as { agent: Fields };
    equal(agent.path, join(project, 'sub'));
    equal((await sandbox.agent('register', '--root', project)).path, project);
  });
});
