import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'lossless-json';
import { AgentRegistry } from '../../../src/core/agents/agentRegistry.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { TomlAgentStore } from '../../../src/node/tomlAgentStore.ts';
import { agentToJson } from '../../../src/presentation/agentJson.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { FakeProbe } from '../../support/fakeProbe.ts';
import { copyFixtures, heddleListPath } from '../../support/fixtures.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';

type Fields = Record<string, unknown>;

const stale = ['agent-stale-abandoned-no-completed-at.toml', 'agent-stale-merged.toml'];
const broken: readonly (readonly [string, number | undefined, RegExp])[] = [
  ['agent-bad-types.toml', 2, /"thread" must be a text/],
  ['agent-empty.toml', undefined, /empty/],
  ['agent-missing-thread.toml', undefined, /"thread" is missing/],
  ['agent-not-utf8.toml', 2, /UTF-8/],
  ['agent-truncated.toml', 2, /not valid TOML/],
  ['agent-unknown-status.toml', 5, /"status" must be one of active, abandoned, complete, merged/],
  ['agent-wrong-name.toml', 1, /does not match its session_id "agent-another-name"/],
];

describe('TomlAgentStore on entries that Heddle wrote, and on odd ones', () => {
  let folder: string;
  let registry: AgentRegistry;
  beforeEach(() => {
    folder = makeTempFolder();
    copyFixtures('heddle-agents', folder);
    registry = new AgentRegistry({
      store: new TomlAgentStore(folder),
      probe: new FakeProbe(),
      clock: new FakeClock(Date.parse('2026-11-21T12:00:00Z')),
      random: (count) => new Uint8Array(count),
      logger: silentLogger,
      realPath: (path) => Promise.resolve(path),
    });
  });
  afterEach(() => removeTempFolder(folder));

  async function listJson(): Promise<readonly Fields[]> {
    const entries = await registry.list();
    const verdicts = await registry.livenessForAll(entries);
    return entries.map((entry, i) =>
      withoutOurs(agentToJson(entry, verdicts[i] ?? assert.fail('each has a verdict'))),
    );
  }

  it('list equals what Heddle lists, in content, and in order where the start differs', async () => {
    const expected = parse(readFileSync(heddleListPath, 'utf8'), null, exactNumber) as Fields[];
    const actual = await listJson();
    assert.equal(actual.length, 15);
    assert.deepEqual(byId(actual), byId(expected));
    assert.deepEqual(
      actual.map(({ started_at }) => started_at),
      expected.map(({ started_at }) => started_at),
    );
  });

  it('list removes the two that ended long ago, and no other file', async () => {
    const before = readdirSync(folder);
    assert.ok(stale.every((name) => before.includes(name)));
    await registry.list();
    assert.deepEqual(
      readdirSync(folder).filter((name) => name !== '.lock'),
      before.filter((name) => !stale.includes(name)),
    );
  });

  it('a rewrite by us changes nothing that Heddle would list', async () => {
    const expected = await listJson();
    for (const entry of await registry.list()) await registry.save(entry);
    assert.deepEqual(await listJson(), expected);
  });

  it('odd ones are reported with line and reason, and none hides the others or is deleted', async () => {
    copyFixtures('odd-agents', folder);
    const { records, view } = await registry.listView();
    assert.equal(records.length, 17);
    assert.deepEqual(
      view.broken().map(({ fileName, line }) => [fileName, line]),
      broken.map(([fileName, line]) => [fileName, line]),
    );
    view.broken().forEach(({ problem }, i) => {
      assert.match(problem, broken[i]?.[2] ?? assert.fail(problem));
    });

    await registry.reapDead();
    await registry.tryReserveThread('feature/wrong', (sessionId) => ({
      ...(records[0]?.entry ?? assert.fail()),
      sessionId,
    }));
    const left = readdirSync(folder);
    for (const [fileName] of broken) assert.ok(left.includes(fileName), fileName);
  });

  it('fields of a newer version and a date-time without quotes are as good as any', async () => {
    copyFixtures('odd-agents', folder);
    const agents = new Map((await listJson()).map((agent) => [agent.session_id, agent]));
    const newer = agents.get('agent-newer-fields');
    assert.equal(newer?.task_assignment_id, 'task-9');
    assert.deepEqual(newer.future_table, { nested: { keep: true, list: [1, 2, 3] } });
    const dated = agents.get('agent-toml-datetime');
    assert.equal(Date.parse(String(dated?.started_at)), Date.parse('2026-11-20T09:15:00Z'));
  });
});

/** Fields that Heddle does not have. */
function withoutOurs(agent: Fields): Fields {
  const ours = ['process_start', 'pid_namespace', 'liveness', 'liveness_reason'];
  const theirs = Object.entries(agent).filter(([name]) => !ours.includes(name));
  return withPlainCounters(Object.fromEntries(theirs)) as Fields;
}

function byId(agents: readonly Fields[]): readonly Fields[] {
  return [...agents].sort((a, b) => (String(a.session_id) < String(b.session_id) ? -1 : 1));
}

/** Whole numbers to the digit, as our JSON prints them. */
function exactNumber(text: string): unknown {
  const number = Number(text);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? BigInt(text) : number;
}

/** The same data with small counters as ordinary numbers. */
function withPlainCounters(value: unknown): unknown {
  if (typeof value === 'bigint') return exactNumber(String(value));
  if (Array.isArray(value)) return value.map(withPlainCounters);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withPlainCounters(item)]),
  );
}
