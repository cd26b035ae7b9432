import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { RegistryStatusBar } from '../../src/extension/registryStatusBar.ts';
import { toAgentElement } from '../../src/presentation/agentElement.ts';
import {
  FakeRegistrySet,
  fakeRoot,
  noLocks,
  seen,
  snapshotOf,
} from '../support/hostRegistrySet.ts';

const gone = { liveness: 'dead', reason: 'gone' } as const;

describe('the status bar', () => {
  const set = new FakeRegistrySet();
  let bar: RegistryStatusBar;
  let item: vscode.StatusBarItem;
  let isShown = false;

  before(() => {
    const real = vscode.window.createStatusBarItem;
    Object.assign(vscode.window, {
      createStatusBarItem: (id: string, alignment: vscode.StatusBarAlignment) => {
        item = real(`${id}.test`, alignment);
        const [show, hide] = [item.show.bind(item), item.hide.bind(item)];
        Object.assign(item, {
          show: () => {
            isShown = true;
            show();
          },
          hide: () => {
            isShown = false;
            hide();
          },
        });
        return item;
      },
    });
    bar = new RegistryStatusBar(set.asRegistrySet(), noLocks);
    Object.assign(vscode.window, { createStatusBarItem: real });
  });
  after(() => bar.dispose());

  const markdown = (): vscode.MarkdownString => {
    if (item.tooltip instanceof vscode.MarkdownString) return item.tooltip;
    throw new Error('there is no tooltip');
  };

  it('is hidden where there is no registry', () => {
    set.show(snapshotOf([], { state: { kind: 'absent' } }));
    assert.equal(isShown, false);
    set.show();
    assert.equal(isShown, false);
  });

  it('counts who is alive, and focuses the view', () => {
    set.show(snapshotOf([seen('agent-a', {}), seen('agent-b', {}, gone)]));
    assert.equal(isShown, true);
    assert.equal(item.text, '$(hubot) 1');
    assert.equal(item.backgroundColor, undefined);
    assert.equal(item.command, 'heddle.agents.focus');
    assert.equal(item.accessibilityInformation?.label, '1 agent alive');
  });

  it('warns while the dead hold threads, and lists them with what can be done', () => {
    set.show(snapshotOf([seen('agent-a', { thread: 'feature/x', harness: 'codex' }, gone)]));
    assert.equal(item.text, '$(hubot) 0 $(warning) 1');
    assert.equal(item.backgroundColor?.id, 'statusBarItem.warningBackground');
    const element = toAgentElement({ root: fakeRoot, sessionId: 'agent-a' });
    const argument = encodeURIComponent(JSON.stringify([element]));
    assert.ok(markdown().value.includes(`command:heddle.agent.showDetails?${argument}`));
    assert.ok(markdown().value.includes('command:heddle.agents.reap?'));
    assert.match(markdown().value, /feature\\?\/x/);
    set.show(snapshotOf([]));
    assert.equal(item.backgroundColor, undefined);
  });

  it('lists ten, and how many more there are', () => {
    const dead = Array.from({ length: 13 }, (_, i) =>
      seen(`agent-${i}`, { thread: `thread-${i}` }, gone),
    );
    set.show(snapshotOf(dead));
    assert.equal(markdown().value.match(/command:heddle\.agent\.showDetails/g)?.length, 10);
    assert.match(markdown().value, /3 more/);
  });

  it('lets text from outside run no command and become no link', () => {
    const nasty = '[x](command:heddle.agents.reap) https://evil.example <b> $(trash)\u001b';
    set.show(snapshotOf([seen('agent-a', { thread: nasty, model: nasty }, gone)]));
    assert.deepEqual(markdown().isTrusted, {
      enabledCommands: [
        'heddle.agents.reap',
        'heddle.agent.showDetails',
        'heddle.agents.focus',
        'heddle.locks.focus',
      ],
    });
    assert.notEqual(markdown().supportHtml, true);
    assert.notEqual(markdown().supportThemeIcons, true);
    assert.doesNotMatch(markdown().value, /(?<!\\)\[x(?<!\\)\]\(|:\/\/|\u001b/);
    assert.doesNotMatch(item.text, /trash/);
  });

  it('adds up all roots', () => {
    set.show(
      snapshotOf([seen('agent-a', {})]),
      snapshotOf([seen('agent-a', {}), seen('agent-b', { thread: 'x' }, gone)], { root: '/other' }),
    );
    assert.equal(item.text, '$(hubot) 2 $(warning) 1');
  });
});
