import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of a test that is told what to do, and answers, in lines. */
export class LineChild {
  readonly pid: number;
  /** Resolves when the process is gone and has been waited for. */
  readonly end: Promise<ChildEnd>;
  private readonly lines: AsyncIterator<string>;

  constructor(private readonly child: ChildProcess) {
    if (child.stdout === null || child.pid === undefined) throw new Error('it did not start');
    this.pid = child.pid;
    this.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    this.end = once(child, 'exit').then(([code, signal]: unknown[]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
    }));
  }

  /** The next line that it prints; undefined when it ended without one. */
  async nextLine(): Promise<string | undefined> {
    const next = await this.lines.next();
    return next.done === true ? undefined : next.value;
  }

  /** The next answer as data; undefined when it ended without one. */
  async answer(): Promise<unknown> {
    const line = await this.nextLine();
    return line === undefined ? undefined : JSON.parse(line);
  }

  send(message: unknown): void {
    this.child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  /** Ends its input, upon which every program here ends by itself. */
  finish(): Promise<ChildEnd> {
    this.child.stdin?.end();
    return this.end;
  }

  kill(): Promise<ChildEnd> {
    this.child.kill('SIGKILL');
    return this.end;
  }
}

/** The processes of one test, of which none outlives it, however it ends. */
export class LineChildren {
  private readonly children = new Set<LineChild>();

  async start(command: string, args: readonly string[]): Promise<LineChild> {
    const started = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    // Whoever is killed reads no more.
    started.stdin.on('error', () => undefined);
    await once(started, 'spawn');
    const child = new LineChild(started);
    this.children.add(child);
    void child.end.then(() => this.children.delete(child));
    return child;
  }

  /** Starts a bundled program with Node. */
  node(program: string, args: readonly string[]): Promise<LineChild> {
    return this.start(process.execPath, [program, ...args]);
  }

  /** util-linux's `flock`, holding a lock file until it is told to finish. Resolves once it holds it. */
  async holdWithFlock(lockPath: string): Promise<LineChild> {
    const holder = await this.start('flock', [lockPath, 'sh', '-c', 'echo \'"held"\'; cat']);
    if ((await holder.answer()) !== 'held') throw new Error(`flock does not hold ${lockPath}`);
    return holder;
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.children].map((child) => child.kill()));
  }
}
