import assert from 'node:assert/strict';
import type { DiscoveredAgent } from '../../../src/core/harness/discovery/discoveredAgent.ts';
import {
  parseDiscoveredElement,
  toDiscoveredElement,
} from '../../../src/presentation/discoveredElement.ts';
import { discoveredRows, type ShownDiscovery } from '../../../src/presentation/discoveredRows.ts';

const agent: DiscoveredAgent = {
  ...{ id: 'process:42:7', harness: 'codex', source: 'process', confidence: 'high' },
  ...{ reason: 'process-in-repository', pid: 42, processStart: '7', startedAtMs: 0 },
  ...{ cwd: '/work/src', parent: undefined },
};
const inTerminal: DiscoveredAgent = {
  ...agent,
  ...{ id: 'terminal:1', source: 'terminal', confidence: 'low', reason: 'terminal-command-alone' },
  ...{ pid: undefined, processStart: undefined, startedAtMs: undefined, cwd: undefined },
};

function shown(more: Partial<ShownDiscovery> = {}): ShownDiscovery {
  return { agent, name: 'Codex', terminal: undefined, isConnected: false, ...more };
}

function only(each: ShownDiscovery) {
  const [group, row] = discoveredRows([each], { root: '/work', parent: undefined });
  assert.ok(group && row);
  const fields = row.tooltip.flatMap((part) =>
    part.kind === 'field' ? [`${part.label}: ${part.value}`] : [part.text],
  );
  return { group, row, text: fields.join('\n') };
}

describe('the rows of agents that are not connected', () => {
  it('are none where there is no such agent', () => {
    assert.deepEqual(discoveredRows([], { root: '/work', parent: undefined }), []);
  });

  it('are a group with what is known of each, and how surely', () => {
    const { group, row, text } = only(shown());
    assert.deepEqual(group.children, [row.id]);
    assert.equal(row.parent, group.id);
    assert.equal(row.description, 'process 42');
    assert.equal(row.contextValue, 'heddle.discovered');
    assert.match(text, /^Codex, not connected\nProcess: 42\nFolder: \/work\/src\nStarted: /);
    assert.match(text, /Confidence: high\nA process of its program works in a folder/);
    assert.match(text, /it is not refused what others hold\.$/);
  });

  it('say where only a terminal tells of one, and that this is little', () => {
    const { row, text } = only(shown({ agent: inTerminal, terminal: 'zsh' }));
    assert.equal(row.description, 'terminal zsh');
    assert.equal(row.contextValue, 'heddle.discovered+terminal');
    assert.doesNotMatch(text, /Process:|Folder:|Started:/);
    assert.match(text, /Confidence: low\n.* no process of it was found there\./);
  });

  it('say of one whose settings are connected that it is to be started anew', () => {
    const { row, text } = only(shown({ terminal: 'zsh', isConnected: true }));
    assert.equal(row.description, 'process 42 · terminal zsh · restart it to join');
    assert.equal(row.contextValue, 'heddle.discovered+terminal+connected');
    assert.match(text, /Its settings are connected, but /);
  });

  it('make what comes from outside harmless', () => {
    const nasty = 'a\u001b[2J\nb';
    const { row, text } = only(shown({ agent: { ...agent, cwd: nasty }, terminal: nasty }));
    assert.doesNotMatch(row.description + text.replaceAll('\n', ''), /\u001b/);
  });
});

describe('the element of an agent that is not connected', () => {
  it('names it, and nothing else is one', () => {
    const ref = { root: '/a@b', id: 'process:42:a@b%' };
    assert.deepEqual(parseDiscoveredElement(toDiscoveredElement(ref)), ref);
    for (const other of [undefined, {}, 'discovered:@/a', 'discovered:%E0%A4%A@/a', 'agent:x@/a']) {
      assert.equal(parseDiscoveredElement(other), undefined);
    }
  });
});
