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

  private constructor(private readonly child: ChildProcess) {
    if (child.stdout === null || child.pid === undefined) throw new Error('it did not start');
    this.pid = child.pid;
    this.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    this.end = once(child, 'exit').then(([code, signal]: unknown[]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
    }));
  }

  static async start(command: string, args: readonly string[]): Promise<LineChild> {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    // Whoever is killed reads no more.
    child.stdin.on('error', () => undefined);
    await once(child, 'spawn');
    return new LineChild(child);
  }

  /** Starts a bundled program with Node. */
  static node(program: string, args: readonly string[]): Promise<LineChild> {
    return LineChild.start(process.execPath, [program, ...args]);
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
