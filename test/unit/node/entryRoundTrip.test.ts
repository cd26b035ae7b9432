import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentEntry } from '../../../src/core/agents/agentEntry.ts';
import { decodeEntry, encodeEntry } from '../../../src/core/agents/agentEntryCodec.ts';
import {
  entryFieldNames,
  queryFieldNames,
  usageFieldNames,
} from '../../../src/core/agents/agentEntryFields.ts';
import { isBroken } from '../../../src/core/agents/agentRecord.ts';
import { parseToml, stringifyToml } from '../../../src/node/exactToml.ts';
import { decodeEntryFile } from '../../../src/node/readEntryFile.ts';
import { TomlAgentStore } from '../../../src/node/tomlAgentStore.ts';
import { withTempFolder } from '../../support/tempFolder.ts';

const fine = '2026-11-21T00:08:53.246218225Z';

/** Every field that is known, and unknown ones at every place and of every type. */
const everything = `session_id = "agent-x"
client_instance_id = "c"
native_actor_key = "k"
native_parent_actor_key = "p"
native_instance_key = "i"
heddle_session_id = "h"
thread_id = "t-1"
thread = "feature/x"
pid = 4294967295
boot_id = "b"
liveness_path = "/l"
heartbeat_at = "${fine}"
anchor_state = "a"
anchor_root = "r"
reservation_token = "agent-token"
path = "/repo"
base_state = "hd-1"
started_at = "${fine}"
provider = "anthropic"
model = "m"
harness = "codex"
thinking_level = "high"
last_progress_at = "2026-11-21T00:08:53+02:00"
report_flush_state = "pending"
attach_reason = "line 1\\nline 2 \\u001B[31m"
attach_precedence = [ "a", "b" ]
winning_attach_rule = "w"
probe_source = "argv_env"
probe_confidence = 0.800000011920929
status = "complete"
completed_at = "${fine}"
process_start = "linux-ticks:12"
pid_namespace = "pid:[1]"
task_assignment_id = "task-9"
future_integer = 9007199254740993
future_float = 1.0
future_time = 2026-11-21T00:08:53.246218225+05:30
future_day = 2026-11-21
future_bool = false
future_list = [ 1, 2.0, "3", [ 4, { five = 5.0 } ] ]
__proto__ = "kept"

[usage_summary]
input_tokens = 9223372036854775807
output_tokens = 9007199254740993
reasoning_tokens = 0
tool_calls = 4294967295
cost_micros_usd = 9007199254740993
future_usage = { cached = 9007199254740993 }

[[context_queries]]
path = "src/a.ts"
scope = "symbol:x"
queried_at = "${fine}"
future_query = 2.0

[[context_queries]]
path = "src/b.ts"
queried_at = "${fine}"

[future_table]
a = 1.0

[future_table.nested]
keep = true
at = 09:15:00.123456789
`;

describe('an entry file', () => {
  it('has every known field in this test', () => {
    const table = parseToml(everything);
    const missing = entryFieldNames.filter(({ name }) => !Object.hasOwn(table, name));
    assert.deepEqual(missing, []);
    const usage = Object.keys(table.usage_summary as object);
    assert.deepEqual(
      usageFieldNames.filter(({ name }) => !usage.includes(name)),
      [],
    );
    const query = Object.keys((table.context_queries as readonly object[])[0] ?? {});
    assert.deepEqual(
      queryFieldNames.filter(({ name }) => !query.includes(name)),
      [],
    );
  });

  it('keeps every field, known or not, with its type through a rewrite', () => {
    const written = stringifyToml(encodeEntry(decoded(everything)));
    assert.deepEqual(sorted(parseToml(written)), sorted(parseToml(everything)));
    assert.equal(stringifyToml(encodeEntry(decoded(written))), written, 'and stays as it is');
    for (const line of [
      'future_float = 1.0',
      `future_time = 2026-11-21T00:08:53.246218225+05:30`,
    ]) {
      assert.ok(written.includes(line), line);
    }
  });

  it('keeps all that through an update of another field on disk', () =>
    withTempFolder(async (folder) => {
      writeFileSync(join(folder, 'agent-x.toml'), everything);
      const store = new TomlAgentStore(folder);
      await store.transact(async (tx) => {
        const record = tx.reread('agent-x');
        if (record === undefined || isBroken(record)) assert.fail();
        await tx.write({ ...record.entry, model: 'another' });
      });

      const written = parseToml(readFileSync(join(folder, 'agent-x.toml'), 'utf8'));
      const expected = { ...parseToml(everything), model: 'another' };
      assert.deepEqual(sorted(written), sorted(expected));
    }));

  it('writes the known fields in the order of Heddle, absent ones not at all', () => {
    const order = entryFieldNames.map(({ name }) => name);
    const names = Object.keys(encodeEntry(decoded(everything)));
    assert.deepEqual(names.slice(0, order.length), order);
    const minimal = decoded(
      'session_id = "agent-x"\nthread = "t"\nbase_state = "b"\nstarted_at = "2026-11-21T00:08:53Z"\nstatus = "active"\n',
    );
    assert.deepEqual(
      Object.entries(encodeEntry(minimal))
        .filter(([, value]) => typeof value === 'string')
        .map(([name]) => name),
      ['session_id', 'thread', 'base_state', 'started_at', 'status'],
    );
  });

  it('turns a date-time of TOML into the text that Heddle writes, to the letter', () => {
    for (const time of [fine, '2026-11-21T00:08:53.246Z', '2026-11-21T00:08:53.123456+02:00']) {
      const entry = decoded(everything.replace(`started_at = "${fine}"`, `started_at = ${time}`));
      assert.equal(entry.startedAt, time);
      assert.equal(encodeEntry(entry).started_at, time);
    }
  });

  it('counts whole confidence as a float', () => {
    const entry = decoded(everything.replace('0.800000011920929', '1'));
    assert.equal(entry.probeConfidence, 1);
    assert.match(stringifyToml(encodeEntry(entry)), /^probe_confidence = 1\.0$/m);
  });

  const wrong: readonly (readonly [string, string, number])[] = [
    ['thread = "feature/x"', 'thread = 7', 8],
    ['pid = 4294967295', 'pid = 4294967296', 9],
    ['pid = 4294967295', 'pid = -1', 9],
    ['pid = 4294967295', 'pid = 1.0', 9],
    [`heartbeat_at = "${fine}"`, 'heartbeat_at = "yesterday"', 12],
    [`heartbeat_at = "${fine}"`, 'heartbeat_at = 2026-11-21', 12],
    ['attach_precedence = [ "a", "b" ]', 'attach_precedence = [ 1 ]', 26],
    ['status = "complete"', 'status = "paused"', 30],
    ['input_tokens = 9223372036854775807', 'input_tokens = -1', 44],
    ['queried_at = ', 'queried_at = 1 #', 54],
    ['session_id = "agent-x"', 'session_id = "../agent-x"', 1],
  ];
  for (const [from, to, line] of wrong) {
    it(`is broken with ${to}, and the line is named`, () => {
      const record = decodeEntryFile('agent-x.toml', Buffer.from(everything.replace(from, to)));
      assert.ok(isBroken(record));
      assert.equal(record.line, line);
      assert.match(record.problem, /\.$/);
    });
  }

  it('is broken with all of its problems named, not only the first', () => {
    const result = decodeEntry({ session_id: 1n, thread: 2n, status: 'active' });
    assert.ok('problems' in result);
    assert.deepEqual(result.problems.map(({ problem }) => problem.split(' ')[0]).sort(), [
      '"base_state"',
      '"session_id"',
      '"started_at"',
      '"thread"',
    ]);
  });
});

function decoded(text: string): AgentEntry {
  const result = decodeEntry(parseToml(text));
  if ('problems' in result) assert.fail(JSON.stringify(result.problems));
  return result.entry;
}

/** Plain data without an order of keys; dates as what they say. */
function sorted(value: unknown): unknown {
  if (value instanceof Date) return { date: value.toISOString() };
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, sorted(item)]);
}
