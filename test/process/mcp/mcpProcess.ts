import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { cliPath } from '../../support/cliPath.ts';

export interface ServerOptions {
  readonly cwd: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The SDK's own client on a server of its own process. */
export interface McpProcess {
  readonly client: Client;
  readonly pid: number;
  close(): Promise<void>;
}

/** Without what would tell the server who runs this test. */
export function plainEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && entry[0] !== 'HEDDLE_AGENTS_SESSION',
  );
  return Object.fromEntries(entries);
}

export async function startMcp({ cwd, args = [], env = {} }: ServerOptions): Promise<McpProcess> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [cliPath(), 'mcp', ...args],
    cwd,
    env: { ...plainEnvironment(), ...env },
    stderr: 'ignore',
  });
  const client = new Client({ name: 'process-test', version: '1' });
  await client.connect(transport);
  const { pid } = transport;
  if (pid === null) throw new Error('the server did not start');
  return { client, pid, close: () => client.close() };
}

/** A server that is spoken to in raw lines, and everything that it says. */
export class RawMcp {
  readonly child: ChildProcessWithoutNullStreams;
  stdout = '';
  stderr = '';
  readonly closed: Promise<number | null>;

  constructor({ cwd, args = [] }: ServerOptions) {
    const all = [cliPath(), 'mcp', ...args];
    this.child = spawn(process.execPath, all, { cwd, env: plainEnvironment() });
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    // A server that has ended reads no more.
    this.child.stdin.on('error', () => undefined);
    this.closed = once(this.child, 'close').then(([code]: unknown[]) => code as number | null);
  }

  send(...lines: readonly unknown[]): void {
    for (const line of lines) {
      this.child.stdin.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
    }
  }

  /** Says hello as a client does. */
  greet(): void {
    this.send(
      request(0, 'initialize', {
        protocolVersion: '2025-06-18',
        capabilities: {},
        clientInfo: { name: 'raw', version: '1' },
      }),
      { jsonrpc: '2.0', method: 'notifications/initialized' },
    );
  }

  /** Each line of stdout as a message of the protocol. @throws where one is none */
  messages(): readonly Readonly<Record<string, unknown>>[] {
    return this.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSONRPCMessageSchema.parse(JSON.parse(line)) as Record<string, unknown>);
  }

  /** Ends its input and waits until it has ended. */
  async end(): Promise<number | null> {
    this.child.stdin.end();
    return this.closed;
  }
}

export function request(id: number, method: string, params: object = {}): object {
  return { jsonrpc: '2.0', id, method, params };
}

export function toolCall(id: number, name: string, args: object = {}): object {
  return request(id, 'tools/call', { name, arguments: args });
}
