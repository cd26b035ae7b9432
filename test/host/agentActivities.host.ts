import { strict as assert } from 'node:assert';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { HookedAgent } from '../support/hookedAgent.ts';
import { eventually } from '../support/eventually.ts';
import { ShownAgents } from '../support/hostShownAgents.ts';
import { heddleExtension, HostRegistry } from '../support/hostWorld.ts';

describe('what agents do, in the window', () => {
  let registry: HostRegistry;
  let shown: ShownAgents;
  let folder: string;
  const agents: HookedAgent[] = [];

  before(async () => {
    registry = await HostRegistry.open();
    folder = mkdtempSync(join(tmpdir(), 'heddle-transcripts-'));
  });
  beforeEach(async () => {
    await registry.reset();
    registry.makeFolder();
    await registry.until('there is a registry', ({ state }) => state === 'ready');
    shown = new ShownAgents(registry);
  });
  afterEach(async () => {
    for (const agent of agents.splice(0)) await agent.kill();
    shown.dispose();
    await limit(undefined);
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await registry.reset();
  });

  const limit = (perAgentUsd: number | undefined): Thenable<void> =>
    vscode.workspace
      .getConfiguration('heddle')
      .update('spending.perAgentUsd', perAgentUsd, vscode.ConfigurationTarget.Global);

  /** An agent in the middle of its first turn, and the id of its entry. */
  const start = async (session: string): Promise<readonly [HookedAgent, string]> => {
    const project = heddleExtension().extensionPath;
    const agent = new HookedAgent(
      { project, root: registry.root, transcripts: folder },
      `${session}-${Date.now()}`,
    );
    agents.push(agent);
    await agent.begin();
    let id = '';
    const key = `claude-code:session:${agent.session}`;
    await eventually('it has an entry', () => {
      const file = readdirSync(registry.folder).find(
        (name) => name.endsWith('.toml') && registry.read(name.slice(0, -5)).includes(key),
      );
      id = file?.slice(0, -5) ?? '';
      return id !== '';
    });
    await registry.untilAgent(id);
    return [agent, id];
  };
  const locked = (): readonly string[] =>
    registry.api
      .getLocks()
      .filter(({ root }) => root === registry.root)
      .flatMap(({ locks }) => locks.map(({ path }) => path));

  it('says tool and file, then that it waits, which the badge counts, then that it is idle', async () => {
    const [agent, id] = await start('works');
    await shown.until(id, /^working/);
    await agent.before('Edit', { file_path: join(registry.root, 'src/main.ts') });
    await shown.until(id, /^editing src\/main\.ts · /);
    assert.equal(shown.badgeText, undefined);
    await agent.before('Bash', { command: 'npm test' });
    await shown.until(id, /^running a command · /);
    assert.doesNotMatch(shown.tooltip(id), /npm test/);

    await agent.fire('permission-PermissionRequest');
    await shown.until(id, /^waiting for you · permission/);
    await eventually('the badge counts it', () => shown.badge?.value === 1);
    assert.equal(shown.badgeText, '1 waiting for you');

    await agent.fire('edit-Stop');
    await shown.until(id, /^idle /);
    await eventually('the badge is gone', () => shown.badge === undefined);
  });

  it('counts tokens, cost and context of the transcript as it grows, and raises the entry', async () => {
    const [agent, id] = await start('counts');
    agent.answer({ input: 1000, output: 200, cacheRead: 50_000, cacheWrite: 3000 });
    await shown.until(id, /4\.2 k tokens$/);
    assert.match(shown.row(id), /≈\$\d+\.\d\d · /);
    await shown.untilTooltip(id, /1,000 in · 200 out · 50,000 read from cache · 3,000 written/);
    assert.match(shown.tooltip(id), /Context: [▰▱]{10} \d+ % of 1 M/);
    agent.answer({ input: 10, output: 90_000 });
    await shown.until(id, /94 k tokens$/);
    await shown.untilTooltip(id, /1,010 in · 90,200 out/);
    await eventually('the entry says it', () => registry.read(id).includes('90200'));
    assert.match(registry.read(id), /input_tokens = 1010/);
  });

  it('counts as much as a recorded transcript holds', async () => {
    const [agent, id] = await start('recorded');
    const recorded = join(
      heddleExtension().extensionPath,
      'test/support/payloads/claude-code/transcript/00000000-0000-4000-8000-000000000001.jsonl',
    );
    const text = readFileSync(recorded, 'utf8');
    const { input, output } = sumOf(text);
    assert.ok(output > 0);
    // It is being written while it is read.
    writeFileSync(agent.transcript, text.slice(0, text.length / 3));
    await agent.before('Bash', { command: 'true' });
    await shown.until(id, /^running a command/);
    appendFileSync(agent.transcript, text.slice(text.length / 3));
    const [inText, outText] = [input, output].map((count) => count.toLocaleString('en-US'));
    await shown.untilTooltip(id, new RegExp(`Tokens: ${inText} in · ${outText} out`));
  });

  it('adds up what subagents used, each once', async () => {
    const [agent, id] = await start('adds');
    await agent.before('Agent', { description: 'x', prompt: 'y', subagent_type: 'Explore' });
    await agent.fire('subagent-SubagentStart', { agent_id: 'kid1', agent_type: 'Explore' });
    const kid = join(folder, agent.session, 'subagents', 'agent-kid1.jsonl');
    agent.answer({ input: 7, output: 100 });
    agent.answer({ input: 20, output: 3000 }, { path: kid, model: 'claude-haiku-4-5' });
    await agent.fire('edit-PreToolUse', {
      ...{ agent_id: 'kid1', agent_type: 'Explore', tool_name: 'Read', tool_use_id: 'k1' },
      tool_input: { file_path: join(registry.root, 'README.md') },
    });
    await shown.untilTooltip(id, /With subagents.*27 in · 3,100 out/s);
    await shown.untilTooltip(id, /Tokens: 7 in · 100 out/);
    const child = registry.shown?.agents.find(({ sessionId }) => sessionId !== id);
    assert.ok(child);
    await shown.until(child.sessionId, /^reading README\.md .* 3 k tokens$/);
  });

  it('ends the turn of an agent that a person interrupted, and frees what it had locked', async () => {
    const [agent, id] = await start('stopped');
    await agent.before('Edit', { file_path: join(registry.root, 'src/main.ts') });
    await eventually('it holds the file', () => locked().includes('src/main.ts'));
    await shown.until(id, /^editing/);
    agent.interruption();
    await shown.until(id, /^idle /);
    await eventually('the file is free', () => !locked().includes('src/main.ts'));
  });

  it('calls quiet what was not heard of for long, and dead what is gone', async () => {
    const [agent, id] = await start('quiet');
    await shown.until(id, /^working/);
    const record = join(
      registry.root,
      '.heddle/harness-sessions',
      `claude-code-${agent.session}.jsonl`,
    );
    const old = readFileSync(record, 'utf8').replaceAll(
      /"atMs":(\d+)/g,
      (_all, ms: string) => `"atMs":${Number(ms) - 20 * 60_000}`,
    );
    // As a compaction does: another file in its place.
    writeFileSync(`${record}.tmp`, old);
    renameSync(`${record}.tmp`, record);
    await shown.until(id, /^quiet 20 min/);
    await agent.kill();
    await shown.until(id, /^dead /);
  });

  it('warns once of each crossing of a limit', async () => {
    const [agent, id] = await start('spends');
    // 25 dollars for a million tokens that the model writes.
    agent.answer({ output: 100_000 });
    await shown.until(id, /100 k tokens$/);
    const spent = Number(/\$([\d.]+)/.exec(shown.row(id))?.[1]);
    assert.ok(spent > 0);
    await limit(spent / 0.9);
    // The extension of this host has a watch of its own, so that each is told twice.
    await eventually('it is near', () => shown.warnings.length === 2);
    assert.match(shown.warnings[0] ?? '', /has spent about \$.*, which is near its limit of \$/);
    await shown.until(id, /⚠\uFE0E \$[\d.]+ of \$/);
    agent.answer({ output: 5000 });
    await shown.until(id, /105 k tokens$/);
    agent.answer({ output: 50_000 });
    await eventually('it is over', () => shown.warnings.length === 4);
    assert.match(shown.warnings[3] ?? '', /is over its limit of/);
    agent.answer({ output: 50_000 });
    await shown.until(id, /205 k tokens$/);
    await new Promise((done) => setTimeout(done, 3000));
    assert.equal(shown.warnings.length, 4);
    assert.equal(new Set(shown.warnings).size, 2);
  });
});

/** What the answers in a transcript used; of several lines of one answer the last counts. */
function sumOf(text: string): { readonly input: number; readonly output: number } {
  interface Usage {
    readonly input_tokens: number;
    readonly output_tokens: number;
  }
  interface Line {
    readonly type?: string;
    readonly message?: { readonly id?: string; readonly model?: string; readonly usage?: Usage };
  }
  const usages = new Map<string, Usage>();
  for (const each of text.split('\n').filter((line) => line !== '')) {
    const { type, message } = JSON.parse(each) as Line;
    if (type !== 'assistant' || message?.usage === undefined) continue;
    if (message.model !== '<synthetic>') usages.set(message.id ?? '', message.usage);
  }
  const sum = (count: (usage: Usage) => number): number =>
    [...usages.values()].reduce((total, usage) => total + count(usage), 0);
  return { input: sum((usage) => usage.input_tokens), output: sum((usage) => usage.output_tokens) };
}
