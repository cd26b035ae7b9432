import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { heddleExtension } from './hostWorld.ts';

/** Processes that anybody takes for Claude Code at work in a folder. */
export class HostAgents {
  private readonly started: HostAgent[] = [];

  async start(folder: string, session: string): Promise<HostAgent> {
    const { extensionPath } = heddleExtension();
    const script = join(extensionPath, 'test/process/hook/fakeAgent.cjs');
    const child = spawn(process.execPath, [script], {
      argv0: 'claude',
      cwd: folder,
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
    await once(child, 'spawn');
    const agent = new HostAgent(child, {
      folder,
      session,
      cli: join(extensionPath, 'dist/cli.cjs'),
    });
    this.started.push(agent);
    return agent;
  }

  async killAll(): Promise<void> {
    await Promise.all(this.started.splice(0).map((agent) => agent.kill()));
  }
}

interface Place {
  readonly folder: string;
  readonly session: string;
  readonly cli: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** One of them. It runs its hooks as its own children, as the real one does. */
export class HostAgent {
  private readonly waiting = new Map<number, (stdout: string) => void>();
  private count = 0;

  constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    private readonly place: Place,
  ) {
    createInterface({ input: child.stdout }).on('line', (text) => {
      const end = JSON.parse(text) as { readonly id: number; readonly stdout: string };
      this.waiting.get(end.id)?.(end.stdout);
    });
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('a process without an id');
    return this.child.pid;
  }

  /** Runs the hook with an event; resolves to what it answers. */
  hook(event: string, fields: Fields = {}): Promise<string> {
    const { folder, session, cli } = this.place;
    const id = (this.count += 1);
    const payload = { session_id: session, cwd: folder, hook_event_name: event, ...fields };
    const call = {
      ...{ id, cli, args: ['claude-code'], cwd: folder },
      env: { HEDDLE_AGENTS_SESSION: '', CLAUDE_ENV_FILE: '' },
      input: Buffer.from(JSON.stringify(payload)).toString('base64'),
    };
    this.child.stdin.write(`${JSON.stringify(call)}\n`);
    return new Promise((resolve) => this.waiting.set(id, resolve));
  }

  /** What Claude Code tells before it uses a tool. */
  before(tool: string, input: Fields, id: string): Promise<string> {
    return this.hook('PreToolUse', { tool_name: tool, tool_input: input, tool_use_id: id });
  }

  after(tool: string, input: Fields, id: string): Promise<string> {
    return this.hook('PostToolUse', { tool_name: tool, tool_input: input, tool_use_id: id });
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}
