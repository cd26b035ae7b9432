import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

export interface HookedAgentPlaces {
  /** The folder of this project, with the built command line. */
  readonly project: string;
  /** The folder with `.heddle` in which it works. */
  readonly root: string;
  /** A folder of its own for transcripts. */
  readonly transcripts: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** A process that hooks take for Claude Code. It runs the real hook with what Claude Code sent. */
export class HookedAgent {
  readonly transcript: string;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting = new Map<number, (code: number | null) => void>();
  private count = 0;

  constructor(
    private readonly places: HookedAgentPlaces,
    readonly session: string,
  ) {
    this.transcript = join(places.transcripts, `${session}.jsonl`);
    mkdirSync(places.transcripts, { recursive: true });
    const script = join(places.project, 'test/process/hook/fakeAgent.cjs');
    this.child = spawn(process.execPath, [script], {
      ...{ argv0: 'claude', cwd: places.root },
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
    createInterface({ input: this.child.stdout }).on('line', (text) => {
      const { id, code } = JSON.parse(text) as { readonly id: number; readonly code: number };
      this.waiting.get(id)?.(code);
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Fires a recorded event, such as `edit-PreToolUse`, as if it came from this session. */
  async fire(recorded: string, fields: Fields = {}): Promise<void> {
    const { project, root } = this.places;
    const file = join(project, 'test/support/payloads/claude-code', `${recorded}.json`);
    const text = readFileSync(file, 'utf8').replaceAll('/home/dev/project', root);
    const payload = {
      ...(JSON.parse(text) as Fields),
      ...{ session_id: this.session, cwd: root, transcript_path: this.transcript },
      ...fields,
    };
    const id = (this.count += 1);
    const input = Buffer.from(JSON.stringify(payload)).toString('base64');
    const env = { HEDDLE_AGENTS_SESSION: '', CLAUDE_ENV_FILE: '' };
    const cli = join(project, 'dist/cli.cjs');
    const line = { id, cli, args: ['claude-code'], input, env, cwd: root };
    this.child.stdin.write(`${JSON.stringify(line)}\n`);
    const code = await new Promise<number | null>((end) => this.waiting.set(id, end));
    if (code !== 0) throw new Error(`the hook of ${recorded} ended with ${code}`);
  }

  /** Begins a session and a turn. */
  async begin(model = 'claude-opus-5'): Promise<void> {
    await this.fire('edit-SessionStart', { model });
    await this.fire('edit-UserPromptSubmit');
  }

  /** Is about to use a tool. */
  before(tool: string, input: Fields, fields: Fields = {}): Promise<void> {
    return this.fire('edit-PreToolUse', {
      ...{ tool_name: tool, tool_input: input, tool_use_id: `toolu_${(this.count += 1)}` },
      ...fields,
    });
  }

  /** Adds an answer of the model to a transcript, as Claude Code writes it. */
  answer(
    tokens: {
      readonly input?: number;
      readonly output: number;
      readonly cacheRead?: number;
      readonly cacheWrite?: number;
    },
    { model = 'claude-opus-5', path = this.transcript } = {},
  ): void {
    this.count += 1;
    const usage = {
      ...{ input_tokens: tokens.input ?? 0, output_tokens: tokens.output },
      ...{ cache_read_input_tokens: tokens.cacheRead ?? 0 },
      cache_creation_input_tokens: tokens.cacheWrite ?? 0,
    };
    const id = `msg_${this.session}_${this.count}`;
    const message = { id, model, role: 'assistant', content: [], usage };
    this.write(path, { type: 'assistant', message });
  }

  /** Adds the mark of a person who pressed Esc. No hook is told of it. */
  interruption(): void {
    const content = [{ type: 'text', text: '[Request interrupted by user]' }];
    this.write(this.transcript, { type: 'user', message: { role: 'user', content } });
  }

  /** Resolves when its process is gone, without a word. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const end = once(this.child, 'close');
    this.child.kill('SIGKILL');
    await end;
  }

  private write(path: string, line: Fields): void {
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, `${JSON.stringify({ ...line, timestamp: new Date().toISOString() })}\n`);
  }
}
