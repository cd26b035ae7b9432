import { strict as assert } from 'node:assert';
import { readdirSync } from 'node:fs';
import * as vscode from 'vscode';
import { commandIds } from '../../../src/extension/ids.ts';
import { failOnLostRejections } from '../../support/hostRejections.ts';
import { withPerson } from '../../support/hostPerson.ts';
import { heddleExtension, run } from '../../support/hostWorld.ts';

failOnLostRejections();

describe('a window without a folder', () => {
  it('has no registry', async () => {
    const api = await heddleExtension().activate();
    assert.equal(vscode.workspace.workspaceFolders, undefined);
    assert.deepEqual(api.getSnapshot(), []);
    assert.equal(api.getSnapshot(), api.getSnapshot());
  });

  for (const command of commandIds) {
    it(`${command} says what is missing, and makes nothing`, async () => {
      const folder = process.env.HEDDLE_TEST_WORKSPACE ?? '';
      for (const args of [[], ['agent:agent-a@/etc'], [{ thread: 'feature/x' }], [null, [7]]]) {
        const { result, shown } = await withPerson({ confirms: true }, () =>
          run<object | undefined>(command, ...args),
        );
        assert.deepEqual(shown.questions, []);
        assert.deepEqual(shown.picks, []);
        const isSaid = shown.notifications.length > 0;
        const isSettled = /refresh|log\.show|group|showMore|sessions\.openSettings/.test(command);
        assert.ok(isSaid || isSettled, `${command} says nothing`);
        if (result !== undefined && !isSettled) {
          assert.ok('error' in result || 'reaped' in result, JSON.stringify(result));
        }
      }
      assert.deepEqual(readdirSync(folder), []);
    });
  }

  it('keeps the grouping for the person', async () => {
    assert.deepEqual(await run('heddle.agents.groupByThread'), { grouping: 'thread' });
    const configuration = vscode.workspace.getConfiguration('heddle');
    assert.equal(configuration.inspect('agents.grouping')?.globalValue, 'thread');
    await configuration.update('agents.grouping', undefined, vscode.ConfigurationTarget.Global);
  });

  it('offers to open a folder', async () => {
    const { shown } = await withPerson({}, () => run('heddle.registry.initialise'));
    assert.deepEqual(shown.notifications[0]?.buttons, ['Open Folder']);
  });
});
