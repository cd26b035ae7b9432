import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ActivityEvent } from '../../../src/core/activity/activityEvent.ts';
import type { AgentEntry } from '../../../src/core/agents/agentEntry.ts';
import type { StandingLock } from '../../../src/core/locks/fileLocks.ts';
import type { SessionState } from '../../../src/core/harness/sessionState.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { openFileLocks, type OpenFileLocks } from '../../../src/node/openFileLocks.ts';
import { openRegistry, type OpenRegistry } from '../../../src/node/openRegistry.ts';
import { readSessionRecord } from '../../../src/node/harnessSessions/sessionRecordFile.ts';
import { cliPath } from '../../support/cliPath.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';

export interface HookEnd {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

/** A repository with `.heddle`, and agents that run the built hook in it. */
export class HookRepository {
  readonly root = makeTempFolder();
  readonly registry: OpenRegistry;
  readonly locks: OpenFileLocks;
  private readonly agents: FakeAgent[] = [];

  constructor() {
    mkdirSync(join(this.root, '.heddle', 'agents'), { recursive: true });
    this.registry = openRegistry(heddleRootAt(this.root));
    this.locks = openFileLocks(this.registry);
  }

  path(name: string): string {
    return join(this.root, name);
  }

  write(name: string, text: string): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  settings(value: Readonly<Record<string, unknown>>): void {
    this.write('.heddle/hook-settings.json', JSON.stringify(value));
  }

  agent(session: string, env: Readonly<Record<string, string>> = {}): FakeAgent {
    const agent = new FakeAgent(this.root, session, env);
    this.agents.push(agent);
    return agent;
  }

  async entries(): Promise<readonly AgentEntry[]> {
    return this.registry.registry.list();
  }

  async entryOf(session: string): Promise<AgentEntry> {
    const key = `claude-code:session:${session}`;
    const found = (await this.entries()).filter((entry) => entry.nativeActorKey === key);
    const [entry] = found;
    if (entry === undefined || found.length > 1) {
      throw new Error(`${found.length} entries have the key ${key}`);
    }
    return entry;
  }

  async held(): Promise<readonly string[]> {
    return (await this.standing()).map(({ lock }) => lock.path).sort();
  }

  standing(): Promise<readonly StandingLock[]> {
    return this.locks.locks.list();
  }

  async events(kind: ActivityEvent['kind']): Promise<readonly ActivityEvent[]> {
    const { events } = await this.registry.activity.read();
    return events.filter((event) => event.kind === kind);
  }

  record(session: string): SessionState {
    const state = readSessionRecord(this.recordPath(session))?.state;
    if (state === undefined) throw new Error(`there is no record of ${session}`);
    return state;
  }

  recordPath(session: string): string {
    return this.path(`.heddle/harness-sessions/claude-code-${session}.jsonl`);
  }

  recordNames(): readonly string[] {
    return readdirSync(this.path('.heddle/harness-sessions'));
  }

  recordText(session: string): string {
    return readFileSync(this.recordPath(session), 'utf8');
  }

  dispose(): void {
    for (const agent of this.agents) agent.kill();
    removeTempFolder(this.root);
  }
}

type Payload = Readonly<Record<string, unknown>>;

/** A process that its hooks take for Claude Code. */
export class FakeAgent {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting = new Map<number, (end: HookEnd) => void>();
  private count = 0;

  constructor(
    private readonly root: string,
    readonly session: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {
    const script = fileURLToPath(new URL('fakeAgent.cjs', import.meta.url));
    this.child = spawn(process.execPath, [script], { argv0: 'claude', cwd: root });
    createInterface({ input: this.child.stdout }).on('line', (text) => {
      const { id, ...end } = JSON.parse(text) as HookEnd & { readonly id: number };
      this.waiting.get(id)?.(end);
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** Resolves when the process is gone. */
  async killed(): Promise<void> {
    const gone = once(this.child, 'close');
    this.kill();
    await gone;
  }

  /** Runs the hook with these bytes. */
  raw(
    input: string | Buffer,
    { args = ['claude-code'], cwd = this.root }: { args?: readonly string[]; cwd?: string } = {},
  ): Promise<HookEnd> {
    const id = (this.count += 1);
    const cli = cliPath();
    const env = { HEDDLE_AGENTS_SESSION: '', CLAUDE_ENV_FILE: '', ...this.env };
    const text = Buffer.from(input).toString('base64');
    this.child.stdin.write(`${JSON.stringify({ id, cli, args, input: text, env, cwd })}\n`);
    return new Promise((resolve) => this.waiting.set(id, resolve));
  }

  fire(event: string, fields: Payload = {}): Promise<HookEnd> {
    const payload = { session_id: this.session, cwd: this.root, hook_event_name: event, ...fields };
    return this.raw(JSON.stringify(payload));
  }

  start(source = 'startup'): Promise<HookEnd> {
    return this.fire('SessionStart', { source, model: 'claude-opus-4' });
  }

  before(tool: string, input: Payload, id: string, more: Payload = {}): Promise<HookEnd> {
    return this.fire('PreToolUse', {
      tool_name: tool,
      tool_input: input,
      tool_use_id: id,
      ...more,
    });
  }

  after(tool: string, input: Payload, id: string, more: Payload = {}): Promise<HookEnd> {
    return this.fire('PostToolUse', {
      tool_name: tool,
      tool_input: input,
      tool_use_id: id,
      ...more,
    });
  }
}

/** Why the hook refused, if it did. */
export function refusalIn({ stdout }: HookEnd): string | undefined {
  return answerIn(stdout)?.permissionDecision === 'deny'
    ? answerIn(stdout)?.permissionDecisionReason
    : undefined;
}

/** What the hook told the model, if anything. */
export function toldIn({ stdout }: HookEnd): string | undefined {
  return answerIn(stdout)?.additionalContext;
}

interface Answer {
  readonly permissionDecision?: string;
  readonly permissionDecisionReason?: string;
  readonly additionalContext?: string;
}

function answerIn(stdout: string): Answer | undefined {
  if (stdout === '') return undefined;
  return (JSON.parse(stdout) as { readonly hookSpecificOutput?: Answer }).hookSpecificOutput;
}
