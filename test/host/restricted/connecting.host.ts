import { strict as assert } from 'node:assert';
import { DiscoveredAgents } from '../../../src/extension/discovered.ts';
import { TerminalAgents } from '../../../src/extension/terminalAgents.ts';
import { HostAgents } from '../../support/hostAgents.ts';
import { HostLocks } from '../../support/hostLocks.ts';
import { HostRegistry } from '../../support/hostWorld.ts';

describe('agents that are not connected, in a window that is not trusted', () => {
  it('are not looked for', async () => {
    const { root } = await HostRegistry.open();
    const agents = new HostAgents();
    const world = new HostLocks();
    const terminals = new TerminalAgents();
    const discovered = new DiscoveredAgents(world.registries, { terminals, logger: world.logger });
    try {
      await agents.start(root, 'one');
      await discovered.look();
      assert.deepEqual(discovered.all, []);
    } finally {
      for (const each of [discovered, terminals, world]) each.dispose();
      await agents.killAll();
    }
  });
});
