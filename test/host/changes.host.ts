import { strict as assert } from 'node:assert';
import { mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiRegistry } from '../../src/extension/api.ts';
import { entryText } from '../support/entryBuilder.ts';
import { eventually } from '../support/eventually.ts';
import { HostRegistry } from '../support/hostWorld.ts';

describe('changes made by other processes', () => {
  let registry: HostRegistry;
  before(async () => {
    registry = await HostRegistry.open();
  });
  beforeEach(() => registry.reset());

  describe('with the command line', () => {
    it('sees a registry that is made later', async () => {
      assert.equal((await registry.cli('init')).code, 0);
      const shown = await registry.until('there is a registry', ({ state }) => state === 'ready');
      assert.deepEqual(shown.agents, []);
    });

    it('sees an agent that registers before there is a registry, with all that it says', async () => {
      const id = await registry.cliAgent(
        ...['register', '--harness', 'codex', '--provider', 'openai', '--model', 'gpt-5'],
        ...['--actor-key', 'codex:thread:1', '--parent-key', 'human:Ada'],
        ...['--path', registry.root],
      );
      const { startedAt, ...agent } = await registry.untilAgent(id);
      assert.ok(Date.parse(startedAt) > 0);
      assert.deepEqual(agent, {
        sessionId: id,
        thread: `agent/${id}`,
        status: 'active',
        liveness: 'unknown',
        livenessReason: 'no-process',
        actorKey: 'codex:thread:1',
        parentActorKey: 'human:Ada',
        harness: 'codex',
        provider: 'openai',
        model: 'gpt-5',
        pid: undefined,
        path: registry.root,
        completedAt: undefined,
        inputTokens: undefined,
        outputTokens: undefined,
        costMicrosUsd: undefined,
      });
    });

    it('sees a reservation, usage beyond 2^53, and the release', async () => {
      const id = await registry.cliAgent('reserve', 'feature/login');
      assert.equal((await registry.untilAgent(id)).thread, 'feature/login');

      const tokens = '9007199254740993';
      await registry.cliAgent('update', id, '--input-tokens', tokens, '--cost-micros-usd', '7');
      const used = await registry.untilAgent(id, ({ inputTokens }) => inputTokens !== undefined);
      assert.equal(used.inputTokens, BigInt(tokens));
      assert.equal(used.costMicrosUsd, 7n);

      await registry.cliAgent('release', id, '--status', 'merged');
      const released = await registry.untilAgent(id, ({ status }) => status === 'merged');
      assert.equal(released.livenessReason, 'finished');
      assert.ok(Date.parse(released.completedAt ?? '') >= Date.parse(released.startedAt));
    });
  });

  describe('with plain file operations', () => {
    beforeEach(async () => {
      registry.makeFolder();
      await registry.until('there is a registry', ({ state }) => state === 'ready');
    });

    it('sees a file that is added, saved in place and removed', async () => {
      registry.write('agent-a', entryText('agent-a', { thread: 'one' }));
      await registry.untilAgent('agent-a', ({ thread }) => thread === 'one');
      registry.write('agent-a', entryText('agent-a', { thread: 'three' }));
      await registry.untilAgent('agent-a', ({ thread }) => thread === 'three');
      unlinkSync(registry.entryPath('agent-a'));
      await registry.untilGone('agent-a');
    });

    it('sees every one of many saves in place that keep the size', async () => {
      for (let round = 100; round < 120; round += 1) {
        registry.write('agent-a', entryText('agent-a', { thread: `round-${round}` }));
        await registry.untilAgent('agent-a', ({ thread }) => thread === `round-${round}`);
      }
    });

    it('sees the last of a burst of saves', async () => {
      for (let round = 0; round < 200; round += 1) {
        registry.write('agent-a', entryText('agent-a', { thread: `round-${round}` }));
      }
      await registry.untilAgent('agent-a', ({ thread }) => thread === 'round-199');
    });

    it('sees a file that is renamed over another one', async () => {
      registry.write('agent-a', entryText('agent-a', { thread: 'before' }));
      await registry.untilAgent('agent-a');
      const temporary = join(registry.folder, '.agent-a.toml.tmp-1-1-1');
      writeFileSync(temporary, entryText('agent-a', { thread: 'after' }));
      renameSync(temporary, registry.entryPath('agent-a'));
      await registry.untilAgent('agent-a', ({ thread }) => thread === 'after');
    });

    it('sees a file that is moved in and moved out again', async () => {
      const outside = join(registry.root, 'elsewhere.toml');
      writeFileSync(outside, entryText('agent-a'));
      renameSync(outside, registry.entryPath('agent-a'));
      await registry.untilAgent('agent-a');
      renameSync(registry.entryPath('agent-a'), outside);
      await registry.untilGone('agent-a');
      rmSync(outside);
    });

    it('shows nothing of temporary files, the lock and other files', async () => {
      for (const name of ['.lock', '.agent-x.toml.tmp-1-2-3', 'notes.md', 'agent-x.live']) {
        writeFileSync(join(registry.folder, name), 'session_id = "agent-x"\n');
      }
      registry.write('agent-a', entryText('agent-a'));
      await registry.untilAgent('agent-a');
      assert.equal(registry.shown?.agents.length, 1);
      assert.deepEqual(registry.shown.unreadable, []);
    });

    it('sorts by the start, most recent first, ties by session id', async () => {
      const started = (id: string, time: string): void =>
        registry.write(id, entryText(id).replace('2026-06-01T12:00:00Z', time));
      started('agent-c', '2026-06-01T12:00:00.000000001Z');
      started('agent-b', '2026-06-01T12:00:00Z');
      started('agent-a', '2026-06-01T12:00:00.000000001Z');
      started('agent-d', '2026-06-01T12:00:00.5+00:00');
      const shown = await registry.until('all are there', ({ agents }) => agents.length === 4);
      assert.deepEqual(idsOf(shown), ['agent-d', 'agent-a', 'agent-c', 'agent-b']);
    });

    it('shows 1,000 entries, one change among them, and their end', async () => {
      const ids = Array.from({ length: 1000 }, (_, i) => `agent-${String(i).padStart(4, '0')}`);
      for (const id of ids) registry.write(id, entryText(id));
      const all = await registry.until('all are there', ({ agents }) => agents.length === 1000);
      assert.deepEqual(idsOf(all), ids);

      registry.write('agent-0500', entryText('agent-0500', { thread: 'changed' }));
      await registry.untilAgent('agent-0500', ({ thread }) => thread === 'changed');
      assert.equal(registry.shown?.agents.length, 1000);

      for (const id of ids) unlinkSync(registry.entryPath(id));
      await registry.until('all are gone', ({ agents }) => agents.length === 0);
    });
  });

  describe('to the folders', () => {
    const heddle = (): string => join(registry.root, '.heddle');

    it('sees .heddle removed and made again, three times', async () => {
      for (const round of ['a', 'b', 'c']) {
        registry.makeFolder();
        registry.write(`agent-${round}`, entryText(`agent-${round}`));
        await registry.untilAgent(`agent-${round}`);
        assert.equal(registry.shown?.agents.length, 1);
        rmSync(heddle(), { recursive: true });
        const shown = await registry.until('it is gone', ({ state }) => state === 'absent');
        assert.deepEqual(shown.agents, []);
      }
    });

    it('sees changes in a .heddle that was replaced at once', async () => {
      registry.makeFolder();
      registry.write('agent-a', entryText('agent-a'));
      await registry.untilAgent('agent-a');
      rmSync(heddle(), { recursive: true });
      registry.makeFolder();
      registry.write('agent-b', entryText('agent-b'));
      await registry.untilAgent('agent-b');
      await registry.untilGone('agent-a');
      registry.write('agent-c', entryText('agent-c'));
      await registry.untilAgent('agent-c');
    });

    it('sees only the folder of the entries removed and made again', async () => {
      registry.makeFolder();
      registry.write('agent-a', entryText('agent-a'));
      await registry.untilAgent('agent-a');
      rmSync(registry.folder, { recursive: true });
      await registry.until('it is gone', ({ state }) => state === 'absent');
      mkdirSync(registry.folder);
      registry.write('agent-b', entryText('agent-b'));
      await registry.untilAgent('agent-b');
    });

    it('sees .heddle moved away and back, with what changed meanwhile', async () => {
      registry.makeFolder();
      registry.write('agent-a', entryText('agent-a'));
      await registry.untilAgent('agent-a');
      const away = join(registry.root, 'away');
      renameSync(heddle(), away);
      await registry.until('it is gone', ({ state }) => state === 'absent');
      writeFileSync(join(away, 'agents/agent-b.toml'), entryText('agent-b'));
      renameSync(away, heddle());
      await registry.untilAgent('agent-a');
      await registry.untilAgent('agent-b');
      registry.write('agent-c', entryText('agent-c'));
      await registry.untilAgent('agent-c');
    });
  });

  describe('told by the API', () => {
    it('fires with the new snapshot, until it is disposed', async () => {
      const heard: (readonly ApiRegistry[])[] = [];
      const subscription = registry.api.onDidChange((snapshot) => heard.push(snapshot));
      registry.makeFolder();
      registry.write('agent-a', entryText('agent-a'));
      await registry.untilAgent('agent-a');
      await eventually('the event has come', () =>
        heard.some(([first]) => first !== undefined && idsOf(first).includes('agent-a')),
      );
      assert.equal(heard.at(-1), registry.api.getSnapshot());

      subscription.dispose();
      const count = heard.length;
      registry.write('agent-b', entryText('agent-b'));
      await registry.untilAgent('agent-b');
      assert.equal(heard.length, count);
    });

    it('tells the others when one listener throws', async () => {
      let heard = 0;
      const subscriptions = [
        registry.api.onDidChange(() => {
          throw new Error('a listener of somebody else');
        }),
        registry.api.onDidChange(() => (heard += 1)),
      ];
      registry.makeFolder();
      await registry.until('there is a registry', ({ state }) => state === 'ready');
      for (const subscription of subscriptions) subscription.dispose();
      assert.ok(heard > 0);
    });
  });
});

function idsOf({ agents }: ApiRegistry): readonly string[] {
  return agents.map(({ sessionId }) => sessionId);
}
