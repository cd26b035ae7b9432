import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { makeAgentsFolder, makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';
import { call, McpFixture, useMcpFixture } from './mcpFixture.ts';

const readers = ['list_agents', 'list_locks', 'who_holds', 'may_i_edit', 'check_lock'];

describe('the server', () => {
  const fixture = useMcpFixture();

  it('lists its tools with titles, hints, bounds and descriptions that say when to use them', async () => {
    const { tools } = await (await fixture().connect()).listTools();
    deepEqual(
      tools.map(({ name }) => name),
      [
        ...['list_agents', 'list_locks', 'who_holds', 'may_i_edit', 'lock_files', 'unlock_files'],
        ...['wait_for_files', 'check_lock', 'reserve_thread', 'release_thread'],
        ...['log_context_query', 'report_usage'],
      ],
    );
    for (const { name, title, description, annotations, inputSchema } of tools) {
      ok(title, name);
      ok((description ?? '').length > 80, name);
      equal(annotations?.readOnlyHint, readers.includes(name), name);
      const isEnding = ['unlock_files', 'release_thread'].includes(name);
      equal(annotations.destructiveHint, isEnding, name);
      ok(inputSchema.properties?.agent, name);
      ok(!JSON.stringify(inputSchema).includes('_heddleSession'), name);
    }
  });

  it('offers what there is as resources', async () => {
    await fixture().agent('agent-a', {
      usageSummary: { inputTokens: 2n ** 60n, unknownFields: {} },
    });
    await fixture().lockAs('other', 'a');
    const client = await fixture().connect();
    const { resources } = await client.listResources();
    deepEqual(
      resources.map(({ uri }) => uri),
      ['heddle://snapshot', 'heddle://agents', 'heddle://locks'],
    );
    const read = async (uri: string): Promise<Record<string, Record<string, unknown>[]>> => {
      const { contents } = await client.readResource({ uri });
      const [first] = contents as readonly { readonly text: string }[];
      return JSON.parse(first?.text ?? '') as Record<string, Record<string, unknown>[]>;
    };
    const snapshot = await read('heddle://snapshot');
    deepEqual([snapshot.agents?.[0]?.session_id, snapshot.locks?.[0]?.path], ['agent-a', 'a']);
    deepEqual(snapshot.agents?.[0]?.usage_summary, {
      ...{ input_tokens: String(2n ** 60n), output_tokens: null, reasoning_tokens: null },
      ...{ tool_calls: null, cost_micros_usd: null },
    });
    equal((await read('heddle://agents')).locks, undefined);
    equal((await read('heddle://locks')).agents, undefined);
    await rejects(client.readResource({ uri: 'heddle://nothing' }));
  });

  it('answers every fault in the arguments with one sentence that names it', async () => {
    const client = await fixture().connect();
    for (const [tool, args, why] of [
      ['lock_files', {}, /"paths" is missing/],
      ['lock_files', { paths: 'a' }, /"paths" must be a list of 1 to 200 texts/],
      ['lock_files', { paths: [] }, /it is empty/],
      ['lock_files', { paths: [7] }, /"paths" must be a list/],
      ['lock_files', { paths: Array.from({ length: 201 }, (_, i) => `${i}`) }, /it has 201/],
      ['lock_files', { paths: ['x'.repeat(5000)] }, /"paths" is longer than 4096/],
      ['lock_files', { paths: ['a'], reason: 'x'.repeat(501) }, /"reason" is longer than 500/],
      ['lock_files', { paths: ['a'], shared: 'yes' }, /"shared" must be true or false/],
      ['lock_files', { paths: ['a'], ttl_seconds: 0 }, /"ttl_seconds" must be a number from 1/],
      ['lock_files', { paths: ['a'], ttl: 9 }, /no argument "ttl"\. The arguments are: "paths"/],
      ['wait_for_files', { paths: ['a'], timeout_seconds: 1e9 }, /"timeout_seconds" must be/],
      ['who_holds', {}, /"path" is missing/],
      ['check_lock', { path: 'a' }, /"token" is missing/],
      ['check_lock', { path: 'a', token: 0.5 }, /"token" must be a whole number/],
      ['list_agents', { limit: 0 }, /"limit" must be a number from 1 to 200/],
      ['release_thread', { status: 'active' }, /"status" must be one of: abandoned, complete/],
    ] as const) {
      const { isError, text, data } = await call(client, tool, { agent: 'me', ...args });
      ok(isError, `${tool} ${JSON.stringify(args).slice(0, 80)}`);
      match(text, why);
      ok(!text.includes('\n'));
      ok('error' in data);
    }
    deepEqual(await fixture().held(), []);
  });

  it('takes no path outside the repository or in its state, by whatever name', async () => {
    const client = await fixture().connect();
    const outside = makeTempFolder();
    try {
      symlinkSync(outside, join(fixture().root, 'link'));
      mkdirSync(join(fixture().root, 'src'));
      for (const path of [
        ...['../x', '/etc/passwd', 'src/../../x', 'link/x', '.heddle/agents/x', '.git/config'],
        ...['src/.heddle', 'a\0b', '..', '/', outside],
      ]) {
        const { isError, text } = await call(client, 'lock_files', { paths: [path], agent: 'me' });
        ok(isError, path);
        match(text, /outside the repository|\.git or \.heddle|Name|name/, path);
      }
      deepEqual(await fixture().held(), []);
      const inside = join(fixture().root, 'src', 'a b"\'é.ts');
      const { data } = await call(client, 'lock_files', { paths: [inside], agent: 'me' });
      equal(data.outcome, 'granted');
      deepEqual(await fixture().held(), ['src/a b"\'é.ts me']);
    } finally {
      removeTempFolder(outside);
    }
  });

  it('refuses a tool that it does not have, and names those that it has', async () => {
    const client = await fixture().connect();
    await rejects(call(client, 'format_disk'), /There is no tool "format_disk".*list_agents/);
  });

  it('says how to make a registry where there is none, makes none, and finds it afterwards', async () => {
    const bare = new McpFixture(false);
    try {
      const client = await bare.connect();
      const { isError, text } = await call(client, 'lock_files', { paths: ['a'], agent: 'me' });
      ok(isError);
      match(text, /There is no registry in .*heddle-agents init.*--root/);
      await rejects(client.readResource({ uri: 'heddle://snapshot' }), /There is no registry/);
      makeAgentsFolder(bare.root);
      equal((await call(client, 'list_agents')).isError, false);
      rmSync(join(bare.root, '.heddle'), { recursive: true });
      ok((await call(client, 'list_agents')).isError);
    } finally {
      await bare.dispose();
    }
  });
});
