import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { equal } from 'node:assert/strict';
import { silentLogger } from '../../../src/base/logger.ts';
import type { AgentEntry, NewAgentEntry } from '../../../src/core/agents/agentEntry.ts';
import type { HolderRef } from '../../../src/core/locks/holderRef.ts';
import { createServer, type HeddleServer } from '../../../src/mcp/server.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { openFileLocks, type OpenFileLocks } from '../../../src/node/openFileLocks.ts';
import { openRegistry, type OpenRegistry } from '../../../src/node/openRegistry.ts';
import { buildEntry } from '../../support/entryBuilder.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { FakeProbe } from '../../support/fakeProbe.ts';
import { makeAgentsFolder, makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';

export type Data = Readonly<Record<string, unknown>>;

/** What a tool said. */
export interface Said {
  readonly text: string;
  readonly data: Data;
  readonly isError: boolean;
}

export const serverPid = 9000;

/** A server on a folder of its own, with a client in memory, and a machine and a time that the test controls. */
export class McpFixture {
  readonly root = makeTempFolder();
  readonly clock = new FakeClock();
  readonly probe = new FakeProbe();
  readonly env: Record<string, string | undefined> = {};
  /** The processes above the server, nearest first. */
  ancestors: readonly number[] = [];
  readonly registry: OpenRegistry;
  readonly locks: OpenFileLocks;
  private readonly open: (Client | HeddleServer['mcp'])[] = [];

  constructor(isInitialised = true) {
    if (isInitialised) makeAgentsFolder(this.root);
    const options = { clock: this.clock, probe: this.probe };
    this.registry = openRegistry(heddleRootAt(this.root), options);
    this.locks = openFileLocks(this.registry, options);
    this.probe.run(serverPid);
  }

  /** A server of its own and a client of it. */
  async connect({ pid = serverPid, name = 'test-client' } = {}): Promise<Client> {
    const { mcp } = createServer(
      {
        ...{ root: this.root, cwd: this.root, env: this.env, clock: this.clock, pid },
        ...{ logger: silentLogger, probe: this.probe },
        ancestors: () => Promise.resolve(this.ancestors.map((each) => ({ pid: each }))),
      },
      '1.2.3',
    );
    const client = new Client({ name, version: '1' });
    const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
    await Promise.all([mcp.connect(serverSide), client.connect(clientSide)]);
    this.open.push(client, mcp);
    return client;
  }

  /** An agent of the registry; with a pid its process runs. */
  async agent(sessionId: string, fields: Partial<NewAgentEntry> = {}): Promise<AgentEntry> {
    const entry = buildEntry(sessionId, fields);
    await this.registry.registry.save(entry);
    if (fields.pid !== undefined) this.probe.run(fields.pid);
    return entry;
  }

  async entry(sessionId: string): Promise<AgentEntry | undefined> {
    return this.registry.registry.load(sessionId);
  }

  /** Locks as somebody else. */
  async lockAs(ref: string | HolderRef, ...paths: readonly string[]): Promise<void> {
    const holder = typeof ref === 'string' ? ({ kind: 'text', text: ref } as const) : ref;
    const outcome = await this.locks.locks.lock(holder, { paths, ttlMs: 600_000, reason: 'mine' });
    if (outcome.kind !== 'granted') throw new Error(`${JSON.stringify(paths)} is held`);
  }

  /** Paths and names of who holds them. */
  async held(): Promise<readonly string[]> {
    const held = await this.locks.locks.list();
    return held.map(({ lock, holder }) => `${lock.path} ${holder.name}`).sort();
  }

  async dispose(): Promise<void> {
    for (const each of this.open) await each.close();
    removeTempFolder(this.root);
  }
}

/** What a tool says to a model is in both parts of its answer; some clients hand on only one. */
export async function call(
  client: Client,
  name: string,
  args: Readonly<Record<string, unknown>> = {},
): Promise<Said> {
  const result = await client.callTool({ name, arguments: args });
  const [first] = result.content as readonly { readonly text: string }[];
  const { message, ...data } = result.structuredContent as Data;
  const text = first?.text ?? '';
  equal(message, text);
  return {
    text,
    data,
    isError: result.isError === true,
  };
}

/** A fixture of its own for each test of the suite in which it is called. */
export function useMcpFixture(): () => McpFixture {
  let current: McpFixture | undefined;
  beforeEach(() => {
    current = new McpFixture();
  });
  afterEach(() => current?.dispose());
  return () => {
    if (current === undefined) throw new Error('only inside a test');
    return current;
  };
}
