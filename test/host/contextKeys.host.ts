import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { entryText } from '../support/entryBuilder.ts';
import { eventually } from '../support/eventually.ts';
import { HostRegistry, run } from '../support/hostWorld.ts';

describe('the keys of the menus', () => {
  let registry: HostRegistry;
  const real = vscode.commands.executeCommand;
  const set: (readonly [string, unknown])[] = [];
  const valueOf = (key: string): unknown => set.findLast(([name]) => name === key)?.[1];
  const until = (key: string, value: unknown): Promise<void> =>
    eventually(`${key} is ${String(value)}`, () => valueOf(key) === value);

  before(async () => {
    registry = await HostRegistry.open();
    registry.makeFolder();
    await registry.until('there is a registry', ({ state }) => state === 'ready');
    Object.assign(vscode.commands, {
      executeCommand: (command: string, ...args: readonly unknown[]) => {
        if (command === 'setContext') set.push([String(args[0]), args[1]]);
        return real(command, ...args);
      },
    });
  });
  after(async () => {
    Object.assign(vscode.commands, { executeCommand: real });
    await registry.reset();
  });

  it('follow what there is to show', async () => {
    await registry.reset();
    await until('heddle.registryState', 'absent');
    registry.makeFolder();
    await until('heddle.registryState', 'empty');
    registry.write('agent-a', 'oops');
    await until('heddle.registryState', 'ready');
  });

  it('follow dead reservations', async () => {
    registry.write('agent-b', entryText('agent-b', { thread: 'x', more: 'pid = 0' }));
    await until('heddle.hasDeadReservations', true);
    await run('heddle.agent.releaseAbandoned', registry.element('agent-b'));
    await until('heddle.hasDeadReservations', false);
  });

  it('are set only when their value changes', async () => {
    const count = set.length;
    registry.write('agent-c', entryText('agent-c'));
    await registry.untilAgent('agent-c');
    await run('heddle.registry.refresh');
    assert.equal(set.length, count);
  });
});
