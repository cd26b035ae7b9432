import { strict as assert } from 'node:assert';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { eventually } from '../support/eventually.ts';
import { withPerson } from '../support/hostPerson.ts';
import { withQuickPicks, type AskedPick, type PickAnswer } from '../support/hostQuickPicks.ts';
import { fingerprint, HostRegistry, run, type Failure } from '../support/hostWorld.ts';
import { makeTempFolder, removeTempFolder } from '../support/tempFolder.ts';

const settingsText = `{
  // What Claude may do without asking.
  "permissions": { "allow": ["Bash(npm test)"] }, // and nothing else
  "model": "opus"
}
`;

interface ConnectResult {
  readonly connections: readonly {
    readonly harness: string;
    readonly file: string;
    readonly state: string;
  }[];
}

describe('connecting agents', () => {
  let registry: HostRegistry;
  let home: string;
  const own = { home: process.env.HOME, path: process.env.PATH };

  // The programs of agents that are installed here must not count.
  beforeEach(async () => {
    registry = await HostRegistry.open();
    await registry.reset();
    home = makeTempFolder();
    program('claude', 'echo "2.1.9 (Claude Code)"');
    program('codex', 'echo "codex-cli 0.50.0"');
    Object.assign(process.env, { HOME: home, PATH: `${join(home, 'bin')}:/usr/bin:/bin` });
    assert.equal(homedir(), home);
  });
  afterEach(async () => {
    Object.assign(process.env, { HOME: own.home, PATH: own.path });
    for (const name of ['.claude', '.codex']) {
      rmSync(join(registry.root, name), { recursive: true, force: true });
    }
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await registry.reset();
    removeTempFolder(home);
  });

  const program = (name: string, text: string): void => {
    const file = join(home, 'bin', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${text}\n`);
    chmodSync(file, 0o755);
  };
  const settings = (): string => join(registry.root, '.claude/settings.local.json');
  const writeSettings = (text: string): void => {
    mkdirSync(dirname(settings()), { recursive: true });
    writeFileSync(settings(), text);
  };
  const accept = ({ selected }: AskedPick): PickAnswer => selected;
  const only =
    (...wanted: readonly string[]) =>
    ({ items }: AskedPick): PickAnswer =>
      items.filter(({ label }) => wanted.some((each) => label.includes(each)));
  const connectClaude = async (review: (asked: AskedPick) => PickAnswer | Promise<PickAnswer>) => {
    const answers = [only('Claude Code'), only('Local'), review];
    return withPerson({}, () =>
      withQuickPicks(answers, () => run<ConnectResult>('heddle.agents.connect')),
    );
  };
  const disconnectAll = (): Promise<ConnectResult> =>
    withPerson({}, () =>
      withQuickPicks([accept, only('Disconnect')], () =>
        run<ConnectResult>('heddle.agents.disconnect'),
      ),
    ).then(({ result }) => result.result);

  it('shows what is installed, what would change as a diff, and does exactly that', async () => {
    writeSettings(settingsText);
    const diffs: Awaited<ReturnType<typeof shownDiff>>[] = [];
    const { result, shown: told } = await connectClaude(async (asked) => {
      diffs.push(await shownDiff());
      return only('Connect')(asked);
    });
    const [agents, scopes, review] = result.asked;
    const labels = agents?.items.map(({ label }) => label) ?? [];
    assert.equal(labels[0], 'Found on this machine');
    // Others may be in the folders of installers, which are looked at as well.
    const found = labels.slice(1, labels.indexOf('Not found on this machine'));
    assert.deepEqual(found.slice(0, 2), ['Claude Code', 'Codex']);
    assert.equal(agents?.items[1]?.description, '2.1.9 · not connected');
    assert.deepEqual(
      agents.selected.map(({ label }) => label),
      found,
    );
    assert.deepEqual(
      scopes?.items.map(({ label }) => label),
      ['Local', 'Shared', 'User'],
    );
    assert.match(scopes.items[0]?.description ?? '', / · \.claude\/settings\.local\.json$/);
    assert.equal(review?.items.at(-1)?.detail, settings());

    const [shown] = diffs;
    assert.equal(shown?.before, settingsText);
    const after = readFileSync(settings(), 'utf8');
    assert.equal(after, shown.after);
    assert.ok(after.includes('// and nothing else') && after.includes('hook claude-code'), after);
    assert.deepEqual(result.result.connections, [
      { harness: 'claude-code', file: settings(), state: 'changed' },
    ]);
    assert.match(told.notifications[0]?.text ?? '', /^Connected: Claude Code\./);
    assert.ok(existsSync(join(home, '.heddle-agents/bin/heddle-agents')));
    await registry.until('there is a registry', ({ state }) => state === 'ready');
    await eventually('the preview is closed', () => allTabs().length === 0);
  });

  it('says so when it is connected already, and puts back every byte', async () => {
    writeSettings(settingsText);
    const files = (): readonly string[] =>
      fingerprint(registry.root).filter((line) => !line.includes('/.heddle'));
    const found = files();
    await connectClaude(only('Connect'));
    const connected = readFileSync(settings());
    const again = await connectClaude(only('Connect'));
    assert.equal(again.result.asked.length, 2, 'there is nothing to review');
    assert.equal(again.result.result.connections[0]?.state, 'unchanged');
    assert.match(again.shown.notifications[0]?.text ?? '', /Connected already: Claude Code/);
    assert.ok(readFileSync(settings()).equals(connected));

    const { connections } = await disconnectAll();
    assert.deepEqual(
      connections.map(({ state }) => state),
      ['changed'],
    );
    assert.deepEqual(files(), found);
    assert.equal(readFileSync(settings(), 'utf8'), settingsText);
  });

  it('leaves nothing behind where there were no settings', async () => {
    await connectClaude(only('Connect'));
    assert.ok(existsSync(settings()));
    await disconnectAll();
    assert.equal(existsSync(join(registry.root, '.claude')), false);
    const { shown } = await withPerson({}, () => run('heddle.agents.disconnect'));
    assert.equal(shown.notifications[0]?.text, 'No agent is connected here.');
  });

  it('does nothing when the person gives up, also at the diff', async () => {
    writeSettings(settingsText);
    const found = [fingerprint(registry.root), fingerprint(home)];
    const { result } = await connectClaude(() => undefined);
    assert.equal(result.result, undefined);
    const cancelled = await connectClaude(only('Cancel'));
    assert.equal(cancelled.result.result, undefined);
    assert.deepEqual([fingerprint(registry.root), fingerprint(home)], found);
    await eventually('the preview is closed', () => allTabs().length === 0);
  });

  it('goes back from the diff to the scope with what was chosen', async () => {
    const answers = [only('Codex'), only('User'), () => 'back' as const, only('Local')];
    const { asked } = await withQuickPicks(answers, () => run('heddle.agents.connect'));
    assert.deepEqual(
      asked.map(({ step }) => step),
      [1, 2, 3, 2, 3],
    );
    assert.equal(asked[4]?.items.at(-1)?.detail, join(registry.root, '.codex/hooks.json'));
  });

  it('shows several files together, and one of them when it is asked for', async () => {
    const labels: (string | undefined)[] = [];
    const note = async (asked: AskedPick): Promise<PickAnswer> => {
      await eventually('something is shown', () => allTabs().length > 0);
      labels.push(activeTab()?.label);
      return only('Codex')(asked);
    };
    const last = async (asked: AskedPick): Promise<PickAnswer> => {
      await eventually('one file is shown', () => activeTab()?.label.startsWith('hooks') === true);
      labels.push(activeTab()?.label);
      return only('Connect')(asked);
    };
    const { result } = await withPerson({}, () =>
      withQuickPicks([only('Claude Code', 'Codex'), only('Local'), note, last], () =>
        run<ConnectResult>('heddle.agents.connect'),
      ),
    );
    assert.match(labels[0] ?? '', /^Connect Agents/);
    assert.equal(labels[1], 'hooks.json: now ↔ afterwards');
    assert.deepEqual(
      result.result.connections.map(({ harness, state }) => [harness, state]),
      [
        ['claude-code', 'changed'],
        ['codex', 'changed'],
      ],
    );
    await eventually('the previews are closed', () => allTabs().length === 0);
    await disconnectAll();
    assert.equal(existsSync(join(registry.root, '.codex')), false);
  });

  it('says what is wrong with settings that cannot be read, and changes nothing', async () => {
    writeSettings('{ "permissions": ');
    const found = fingerprint(registry.root);
    const { result, shown } = await connectClaude(only('Connect'));
    const { error } = result.result as unknown as Failure;
    assert.equal(error.code, 'not-found');
    assert.ok(error.message.startsWith(settings()), error.message);
    assert.ok(shown.notifications[0]?.text.includes('settings.local.json'));
    assert.deepEqual(fingerprint(registry.root), found);
  });

  it('says that hooks in the settings of a person do nothing here without a registry', async () => {
    const answers = [only('Claude Code'), only('User'), only('Connect')];
    const { shown } = await withPerson({}, () =>
      withQuickPicks(answers, () => run('heddle.agents.connect')),
    );
    assert.ok(existsSync(join(home, '.claude/settings.json')));
    assert.match(shown.notifications[0]?.text ?? '', /has no registry yet/);
    assert.equal(shown.notifications[0]?.buttons[0], 'Initialise');
    await disconnectAll();
    assert.equal(existsSync(join(home, '.claude')), false);
  });
});

function allTabs(): readonly vscode.Tab[] {
  return vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs);
}

function activeTab(): vscode.Tab | undefined {
  return vscode.window.tabGroups.activeTabGroup.activeTab;
}

/** The two texts that the diff in front compares. */
async function shownDiff(): Promise<{ readonly before: string; readonly after: string }> {
  await eventually('a diff is shown', () => activeTab()?.input instanceof vscode.TabInputTextDiff);
  const input = activeTab()?.input as vscode.TabInputTextDiff;
  const text = async (uri: vscode.Uri): Promise<string> =>
    (await vscode.workspace.openTextDocument(uri)).getText();
  return { before: await text(input.original), after: await text(input.modified) };
}
