import { strict as assert } from 'node:assert';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { eventually } from '../support/eventually.ts';
import { withPerson } from '../support/hostPerson.ts';
import { HostRegistry, run } from '../support/hostWorld.ts';
import { makeTempFolder, removeTempFolder } from '../support/tempFolder.ts';

interface Counts {
  readonly problems: number;
  readonly warnings: number;
}

describe('the doctor', () => {
  const own = { home: process.env.HOME, path: process.env.PATH };
  let registry: HostRegistry;
  let home: string;

  beforeEach(async () => {
    registry = await HostRegistry.open();
    await registry.reset();
    registry.makeFolder();
    home = makeTempFolder();
    const program = join(home, 'bin/claude');
    mkdirSync(join(home, 'bin'));
    writeFileSync(program, '#!/bin/sh\necho "2.1.9 (Claude Code)"\n');
    chmodSync(program, 0o755);
    Object.assign(process.env, { HOME: home, PATH: `${join(home, 'bin')}:/usr/bin:/bin` });
  });
  afterEach(async () => {
    Object.assign(process.env, { HOME: own.home, PATH: own.path });
    rmSync(join(registry.root, '.claude'), { recursive: true, force: true });
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await registry.reset();
    removeTempFolder(home);
  });

  /** The text of the page, as soon as it says this. */
  const untilReport = async (said: RegExp): Promise<string> => {
    const uri = vscode.Uri.file('/Heddle Agents Doctor.md').with({
      scheme: 'heddle-text',
      query: registry.root,
    });
    const text = async (): Promise<string> =>
      (await vscode.workspace.openTextDocument(uri)).getText();
    try {
      await eventually(`the page says ${said.source}`, async () => said.test(await text()));
    } catch (cause) {
      throw new Error(`the page does not say ${said.source}:\n${await text()}`, { cause });
    }
    return text();
  };

  it('shows a page that says of everything how it is', async () => {
    const { result } = await withPerson({}, () => run<Counts>('heddle.doctor.show'));
    await eventually('the page is in front', () => {
      const { activeTab } = vscode.window.tabGroups.activeTabGroup;
      return activeTab?.label.includes('Heddle Agents Doctor') === true;
    });
    const text = await untilReport(/\*\*OK\*\*: Registry/);
    assert.match(text, /^# Heddle Agents: Doctor\n/);
    const problems = text.match(/\*\*Problem\*\*/g)?.length ?? 0;
    assert.equal(result.problems, problems);
    assert.equal(result.warnings, text.match(/\*\*Look at this\*\*/g)?.length ?? 0);
  });

  it('tries whether a connected agent is really refused, and warns with what can be done', async () => {
    const { code } = await registry.cli('connect', 'claude-code');
    assert.equal(code, 0);
    await withPerson({}, () => run('heddle.doctor.show'));
    await untilReport(/## Claude Code\n(?:.*\n)*?- \*\*OK\*\*: refus/);

    writeFileSync(join(registry.root, '.claude/settings.local.json'), '{ "hooks": ');
    const { result, shown } = await withPerson({}, () => run<Counts>('heddle.doctor.show'));
    assert.ok(result.problems > 0);
    assert.match(shown.notifications[0]?.text ?? '', /problem/);
    assert.ok(shown.notifications[0]?.buttons.includes('Connect Agents…'));
    await untilReport(/## Claude Code\n(?:.*\n)*?- \*\*Problem\*\*: /);
  });
});
