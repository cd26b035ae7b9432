import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { HostRegistry, fingerprint } from '../support/hostWorld.ts';
import { IdleProcesses } from '../support/hostProcess.ts';
import { entryText } from '../support/entryBuilder.ts';

describe('liveness', () => {
  let registry: HostRegistry;
  const processes = new IdleProcesses();

  before(async () => {
    registry = await HostRegistry.open();
  });
  beforeEach(() => registry.reset());
  afterEach(() => processes.killAll());

  it('notices that an agent was killed, though no file changes', async () => {
    const agent = await processes.start();
    const id = await registry.cliAgent('reserve', 'feature/x', '--hold-for-pid', String(agent.pid));
    const alive = await registry.untilAgent(id, ({ liveness }) => liveness === 'alive');
    assert.equal(alive.livenessReason, 'running');
    assert.equal(alive.pid, agent.pid);

    const before = fingerprint(registry.folder);
    await agent.kill();
    const dead = await registry.untilAgent(id, ({ liveness }) => liveness === 'dead');
    assert.equal(dead.livenessReason, 'gone');
    assert.equal(dead.status, 'active');
    assert.deepEqual(fingerprint(registry.folder), before);
  });

  it('changes nothing but the one who died', async () => {
    const [first, second] = [await processes.start(), await processes.start()];
    const one = await registry.cliAgent('register', '--pid', String(first.pid));
    const two = await registry.cliAgent('register', '--pid', String(second.pid));
    await registry.untilAgent(one, ({ liveness }) => liveness === 'alive');
    await registry.untilAgent(two, ({ liveness }) => liveness === 'alive');
    await first.kill();
    await registry.untilAgent(one, ({ liveness }) => liveness === 'dead');
    assert.equal(registry.agent(two)?.liveness, 'alive');
  });

  it('sees an agent alive again when it comes back with another process', async () => {
    const first = await processes.start();
    const id = await registry.cliAgent('register', '--pid', String(first.pid));
    await registry.untilAgent(id, ({ liveness }) => liveness === 'alive');
    await first.kill();
    await registry.untilAgent(id, ({ liveness }) => liveness === 'dead');
    const second = await processes.start();
    await registry.cliAgent('update', id, '--pid', String(second.pid));
    const agent = await registry.untilAgent(id, ({ liveness }) => liveness === 'alive');
    assert.equal(agent.pid, second.pid);
  });

  it('calls nobody dead without proof', async () => {
    registry.makeFolder();
    const entries: Readonly<Record<string, string>> = {
      'agent-none': '',
      'agent-self': `pid = ${process.pid}`,
      'agent-elsewhere': `pid = ${process.pid}\npid_namespace = "pid:[1]"`,
    };
    for (const [id, more] of Object.entries(entries)) registry.write(id, entryText(id, { more }));
    await registry.until('all are there', ({ agents }) => agents.length === 3);
    assert.equal(registry.agent('agent-none')?.livenessReason, 'no-process');
    assert.equal(registry.agent('agent-self')?.liveness, 'alive');
    // The start of a process and its namespace are only known on Linux.
    if (existsSync('/proc/self/ns/pid')) {
      assert.equal(registry.agent('agent-elsewhere')?.livenessReason, 'other-pid-namespace');
    }
  });

  it('calls an agent of an earlier boot dead', async function () {
    if (!existsSync('/proc/sys/kernel/random/boot_id')) return;
    registry.makeFolder();
    const more = `pid = ${process.pid}\nboot_id = "00000000-0000-0000-0000-000000000000"`;
    registry.write('agent-a', entryText('agent-a', { more }));
    const agent = await registry.untilAgent('agent-a');
    assert.deepEqual([agent.liveness, agent.livenessReason], ['dead', 'rebooted']);
  });
});
