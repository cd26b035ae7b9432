import { eventually } from '../eventually.ts';
import type { AgentLine, AgentProcess } from './agentProcess.ts';
import { startCodexAppServer, type CodexOptions } from './codex.ts';

/** One hook as `hooks/list` tells it. */
export interface CodexHookEntry {
  /** `<file>:<event in snake case>:<group>:<handler>`. */
  readonly key: string;
  readonly eventName: string;
  readonly command: string;
  readonly enabled: boolean;
  readonly trustStatus: string;
  readonly currentHash: string;
}

/** A client of `codex app-server`, which is how editors drive Codex. */
export interface CodexAppServer {
  readonly process: AgentProcess;
  /** Notifications and requests of the server, in order. */
  readonly messages: readonly AgentLine[];
  /** Rejects with the server's error. */
  request(method: string, params: unknown): Promise<Record<string, unknown>>;
  /** Answers a request of the server. */
  respond(id: unknown, result: unknown): void;
  /** Settles with the first message of that method, also one that came before. */
  message(method: string): Promise<AgentLine>;
  stop(): Promise<void>;
}

/** Starts the server and shakes hands. */
export async function connectCodexAppServer(options: CodexOptions): Promise<CodexAppServer> {
  const agent = startCodexAppServer(options);
  const send = (message: Readonly<Record<string, unknown>>): void =>
    agent.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  let lastId = 0;

  const client: CodexAppServer = {
    process: agent,
    get messages() {
      return agent.lines.filter((line) => line.method !== undefined);
    },
    request: async (method, params) => {
      const id = (lastId += 1);
      send({ id, method, params });
      const isAnswer = (line: AgentLine): boolean => line.id === id && line.method === undefined;
      await eventually(`codex answers ${method}`, () => agent.lines.some(isAnswer));
      const answer = agent.lines.find(isAnswer);
      if (answer?.error !== undefined) throw new Error(JSON.stringify(answer.error));
      return answer?.result as Record<string, unknown>;
    },
    respond: (id, result) => send({ id, result }),
    message: async (method) => {
      const isIt = (line: AgentLine): boolean => line.method === method;
      await eventually(`codex sends ${method}`, () => agent.lines.some(isIt));
      return agent.lines.find(isIt) ?? {};
    },
    stop: () => agent.stop(),
  };
  const clientInfo = { name: 'test', title: 'Test', version: '1.0.0' };
  await client.request('initialize', { clientInfo });
  send({ method: 'initialized' });
  return client;
}

/** Every hook that counts in `cwd`. */
export async function listCodexHooks(
  client: CodexAppServer,
  cwd: string,
): Promise<readonly CodexHookEntry[]> {
  const { data } = (await client.request('hooks/list', { cwds: [cwd] })) as {
    readonly data: readonly { readonly hooks: readonly CodexHookEntry[] }[];
  };
  return data.flatMap(({ hooks }) => hooks);
}

/** Trusts all hooks that count in `cwd` as a person does who reviews them. */
export async function trustCodexHooks(client: CodexAppServer, cwd: string): Promise<void> {
  const hooks = await listCodexHooks(client, cwd);
  const value = Object.fromEntries(
    hooks.map(({ key, currentHash }) => [key, { trusted_hash: currentHash }]),
  );
  await client.request('config/batchWrite', {
    edits: [{ keyPath: 'hooks.state', value, mergeStrategy: 'upsert' }],
    reloadUserConfig: true,
  });
}
