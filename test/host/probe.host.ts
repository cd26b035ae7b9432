import * as vscode from 'vscode';
import { appendFileSync } from 'node:fs';
const log = (...a: unknown[]) =>
  appendFileSync('/tmp/hh-probe.log', a.map(String).join(' ') + '\n');
describe('probe', () => {
  it('looks', async () => {
    log(
      'frozen',
      Object.isFrozen(vscode.window),
      Object.isFrozen(vscode.commands),
      Object.isExtensible(vscode.window),
      JSON.stringify(Object.getOwnPropertyDescriptor(vscode.window, 'showQuickPick')),
    );
    log((await vscode.commands.getCommands(true)).filter((c) => /heddle/.test(c)).join('\n'));
    try {
      const r = await Promise.race([
        vscode.window.showWarningMessage('q?', { modal: true }, 'Yes'),
        new Promise((r) => setTimeout(() => r('timeout'), 3000)),
      ]);
      log('modal', r);
    } catch (e) {
      log('modal threw', e);
    }
    try {
      await Promise.race([
        vscode.env.clipboard.writeText('abc'),
        new Promise((_r, j) => setTimeout(() => j(new Error('timeout w')), 3000)),
      ]);
      log(
        'clip',
        await Promise.race([
          vscode.env.clipboard.readText(),
          new Promise((r) => setTimeout(() => r('timeout'), 3000)),
        ]),
      );
    } catch (e) {
      log('clip threw', e);
    }
    const p = vscode.window.showQuickPick(
      [
        { label: 'a', picked: true },
        { label: 'b', picked: true },
      ],
      { canPickMany: true },
    );
    for (let i = 0; i < 30; i++) {
      await new Promise((r) => setTimeout(r, 100));
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      const s = await Promise.race([p, Promise.resolve('pending')]);
      if (s !== 'pending') {
        log('picked', JSON.stringify(s), i);
        break;
      }
    }
    log('cwd', process.cwd(), 'exec', process.execPath, process.version);
  });
});
