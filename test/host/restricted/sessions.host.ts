import { strict as assert } from 'node:assert';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { SessionCommandId } from '../../../src/extension/sessions/sessionIds.ts';
import { toSessionElement } from '../../../src/presentation/sessions/rows/sessionElement.ts';
import { eventually } from '../../support/eventually.ts';
import { failOnLostRejections } from '../../support/hostRejections.ts';
import { withPerson } from '../../support/hostPerson.ts';
import { fingerprint, HostRegistry, type Failure } from '../../support/hostWorld.ts';
import {
  aHeader,
  anEvent,
  doneEvent,
  putSession,
} from '../../unit/node/sessions/sessionFolders.ts';

failOnLostRejections();

describe('sessions in a window that is not trusted', () => {
  let registry: HostRegistry;
  let element: string;

  before(async () => {
    registry = await HostRegistry.open();
    registry.makeFolder();
    const folder = join(registry.root, '.heddle/sessions');
    mkdirSync(folder, { recursive: true });
    putSession(folder, aHeader('session-1'), [anEvent(1), doneEvent(2)]);
    element = toSessionElement({ root: registry.root, sessionId: 'session-1' });
    await eventually('the window knows the session', async () => {
      const { result } = await withPerson({}, () => run<object>('heddle.session.copyId', element));
      return 'text' in result;
    });
  });
  after(() => registry.reset());

  const run = <T>(id: SessionCommandId, ...args: readonly unknown[]): Promise<T> =>
    Promise.resolve(vscode.commands.executeCommand<T>(id, ...args));

  const refused: readonly SessionCommandId[] = [
    'heddle.session.start',
    'heddle.session.startHere',
    'heddle.session.answer',
    'heddle.session.cancel',
    'heddle.session.rerun',
    'heddle.session.followUp',
    'heddle.session.logIn',
    'heddle.session.delete',
    'heddle.sessions.deleteHistory',
  ];
  for (const command of refused) {
    it(`refuse ${command}, which starts, asks and writes nothing and says why`, async () => {
      const before = fingerprint(registry.root);
      const terminals = vscode.window.terminals.length;
      const wish = { agent: 'claude', prompt: 'Say hello', folder: registry.root };
      for (const args of [[], [wish], [element], [element, { prompt: 'More' }]]) {
        const { result, shown } = await withPerson({ confirms: true, types: 'x' }, () =>
          run<Failure>(command, ...args),
        );
        assert.equal(result.error.code, 'read-only');
        assert.deepEqual([shown.picks, shown.questions, shown.inputs], [[], [], []]);
        assert.deepEqual(
          shown.notifications.map(({ buttons }) => buttons),
          [['Manage Workspace Trust']],
        );
      }
      assert.deepEqual(fingerprint(registry.root), before);
      assert.equal(vscode.window.terminals.length, terminals);
    });
  }

  it('are shown, and nothing is written', async () => {
    const before = fingerprint(registry.root);
    assert.deepEqual(await run('heddle.session.open', element), { sessionId: 'session-1' });
    const isShown = (): boolean =>
      vscode.window.tabGroups.all.some(({ tabs }) =>
        tabs.some(({ label }) => label === 'Say hello'),
      );
    await eventually('its page is shown', isShown);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    assert.deepEqual(fingerprint(registry.root), before);
  });
});
