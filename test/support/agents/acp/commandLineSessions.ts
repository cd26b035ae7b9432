import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { createInterface } from 'node:readline';

import type { OptionKind, PausePrompt } from '../../../../src/core/sessions/pause.ts';
import {
  isTerminalEvent,
  type ProgressEvent,
} from '../../../../src/core/sessions/progressEvent.ts';
import { parseProgressEvent } from '../../../../src/core/sessions/progressEventCodec.ts';
import type { AcpPresetId } from '../../../../src/harnesses/acpPresets.ts';
import { ended, type CliEnd } from '../../../process/cli/spawnCli.ts';
import { cliPath } from '../../cliPath.ts';
import { eventually } from '../../eventually.ts';
import { AcpWorld } from './acpWorld.ts';

/** A real agent, and what it is told. */
export interface CommandLineAgent {
  readonly id: AcpPresetId;
  /** Its program, which is found on the path. */
  readonly program: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A session as the verbs print it. */
export interface SessionRecord {
  readonly session_id: string;
  readonly state: string;
  readonly stop_reason: string | null;
  readonly entry_session_id: string | null;
  readonly usage: Readonly<Record<string, unknown>> | null;
  readonly outcome: {
    readonly state: string;
    readonly code?: string;
    readonly kind?: string;
    readonly message?: string;
  } | null;
}

/** Sessions of the built command line, in a repository of their own. */
export class CommandLineSessions {
  private readonly watched: WatchedSession[] = [];

  private constructor(
    readonly world: AcpWorld,
    private readonly agent: CommandLineAgent,
  ) {}

  static async make(
    agent: (world: AcpWorld) => CommandLineAgent | Promise<CommandLineAgent>,
    files: Readonly<Record<string, string>> = { 'a.txt': 'one\n' },
  ): Promise<CommandLineSessions> {
    const world = await AcpWorld.make(files);
    return new CommandLineSessions(world, await agent(world));
  }

  /** `session start --detach`, and `session watch` to its end. @throws Error when it does not start */
  async start(prompt: string, ...flags: readonly string[]): Promise<WatchedSession> {
    const { id } = this.agent;
    const start = ['start', '--agent', id, '--prompt', prompt, '--detach', ...flags, '--json'];
    const { code, stdout, stderr } = await this.run(...start);
    if (code !== 0) throw new Error(stderr);
    const { session_id } = JSON.parse(stdout) as SessionRecord;
    const session = new WatchedSession(this, session_id, this.spawn('watch', session_id, '--json'));
    this.watched.push(session);
    return session;
  }

  /** Runs `session <args>` to its end. */
  run(...args: readonly string[]): Promise<CliEnd> {
    return ended(this.spawn(...args));
  }

  /** Cancels what still runs, and stops watching. */
  async stop(): Promise<void> {
    await Promise.all(this.watched.map((session) => session.stop()));
  }

  private spawn(...args: readonly string[]): ChildProcessWithoutNullStreams {
    const { home, repo } = this.world;
    const { SystemRoot, PATH = '' } = process.env;
    const { program, env } = this.agent;
    return spawn(process.execPath, [cliPath(), 'session', ...args], {
      cwd: repo,
      env: {
        ...(SystemRoot !== undefined && { SystemRoot }),
        ...{ HOME: home, USERPROFILE: home, TMPDIR: home },
        PATH: [dirname(program), dirname(process.execPath), PATH].join(delimiter),
        ...env,
      },
    });
  }
}

/** A session whose events are read as they are told. */
export class WatchedSession {
  private readonly seen: ProgressEvent[] = [];
  private readonly end: Promise<CliEnd>;

  constructor(
    private readonly sessions: CommandLineSessions,
    readonly id: string,
    private readonly watching: ChildProcessWithoutNullStreams,
  ) {
    this.end = ended(watching);
    createInterface({ input: watching.stdout }).on('line', (line) => {
      const { type, event } = JSON.parse(line) as {
        readonly type: string;
        readonly event?: unknown;
      };
      if (type === 'event') this.seen.push(parseProgressEvent(event));
    });
  }

  /** All of its events so far. */
  get events(): readonly ProgressEvent[] {
    return this.seen;
  }

  /** Notes for those who watch, as `<title>: <content>`. */
  get notes(): readonly string[] {
    return this.seen.flatMap((event) =>
      event.kind === 'note' ? [`${event.title ?? ''}: ${event.content}`] : [],
    );
  }

  /** All that the agent said of itself, not again. */
  get said(): string {
    return this.seen
      .flatMap((event) =>
        event.kind === 'update' &&
        event.isReplayed !== true &&
        event.update.kind === 'message-chunk'
          ? [event.update.content]
          : [],
      )
      .map((content) => (content.kind === 'text' ? content.text : ''))
      .join('');
  }

  /** Its first question that nobody has answered. @throws Error when it ends without one */
  async question(): Promise<PausePrompt> {
    let prompt: PausePrompt | undefined;
    await eventually('it asks', () => {
      const last = this.seen.findLast(
        (event) => event.kind === 'pause-requested' || event.kind === 'resume-accepted',
      );
      prompt = last?.kind === 'pause-requested' ? last.pause.prompts[0] : undefined;
      return prompt !== undefined || this.isOver;
    });
    if (prompt === undefined) throw new Error(JSON.stringify(this.seen.at(-1)));
    return prompt;
  }

  /** Answers its question with the first option of a kind. */
  async choose(kind: OptionKind): Promise<PausePrompt> {
    const prompt = await this.question();
    const option = prompt.options?.find((each) => each.kind === kind);
    if (option === undefined) throw new Error(`no ${kind} in ${JSON.stringify(prompt.options)}`);
    const { code, stderr } = await this.sessions.run('answer', this.id, '--option', option.id);
    if (code !== 0) throw new Error(stderr);
    return prompt;
  }

  async cancel(): Promise<void> {
    await this.sessions.run('cancel', this.id);
  }

  /** Its record once it has ended. */
  async ended(): Promise<SessionRecord> {
    const { code, stdout, stderr } = await this.end;
    if (code !== 0) throw new Error(stderr);
    const last = stdout.trimEnd().split('\n').at(-1) ?? '';
    return (JSON.parse(last) as { readonly session: SessionRecord }).session;
  }

  /** Ends it, whatever it does. */
  async stop(): Promise<void> {
    if (!this.isOver) await this.cancel();
    this.watching.kill('SIGKILL');
    await this.end;
  }

  private get isOver(): boolean {
    return this.seen.some(isTerminalEvent);
  }
}
