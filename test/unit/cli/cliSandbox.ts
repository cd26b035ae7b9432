import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { parse } from 'lossless-json';
import { systemClock, type Clock } from '../../../src/base/clock.ts';
import { makeAgentsFolder, makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliRunOptions {
  readonly cwd?: string;
  readonly isTTY?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly stop?: AbortSignal;
  readonly stdout?: Collector;
  readonly stdin?: string | Buffer;
}

export type Fields = Readonly<Record<string, unknown>>;

/** The moment at which every command of a sandbox runs. */
export const sandboxNow = '2026-11-21T12:00:00.000Z';

/** A folder with a registry, and the program run in this process on it at a fixed time. */
export class CliSandbox {
  readonly root = makeTempFolder();
  readonly folder: string;
  nowMs = Date.parse(sandboxNow);

  constructor({ hasRegistry = true }: { readonly hasRegistry?: boolean } = {}) {
    this.folder = hasRegistry ? makeAgentsFolder(this.root) : join(this.root, '.heddle', 'agents');
  }

  advance(ms: number): void {
    this.nowMs += ms;
  }

  async run(args: readonly string[], options: CliRunOptions = {}): Promise<CliResult> {
    // The program imports its verbs when they are called. Imported in the same way, it shares its
    // modules with them also where the test files themselves are loaded by `require`.
    const { runCli } = await import('../../../src/cli/runCli.ts');
    const stdout = options.stdout ?? new Collector(options.isTTY);
    const stderr = new Collector(options.isTTY);
    const clock: Clock = { ...systemClock, now: () => this.nowMs };
    const code = await runCli(args, {
      stdout,
      stderr,
      stdin: () => Readable.from([Buffer.from(options.stdin ?? '')]),
      cwd: options.cwd ?? this.root,
      env: options.env ?? {},
      clock,
      stopSignal: () => options.stop ?? new AbortController().signal,
    });
    return { code, stdout: stdout.text, stderr: stderr.text };
  }

  /** Runs a verb with `--json` and returns its one document and the exit code. */
  async json(...args: string[]): Promise<{ readonly code: number; readonly document: Fields }> {
    const { code, stdout } = await this.run([...args, '--json']);
    return { code, document: toDocument(stdout) };
  }

  /** Runs a verb that answers with one agent and returns that. */
  async agent(...args: string[]): Promise<Fields> {
    const { document } = await this.json(...args);
    return document.agent as Fields;
  }

  write(fileName: string, content: string): void {
    writeFileSync(join(this.folder, fileName), content);
  }

  read(fileName: string): string {
    return readFileSync(join(this.folder, fileName), 'utf8');
  }

  dispose(): void {
    removeTempFolder(this.root);
  }
}

/** A stream that keeps what is written to it. */
export class Collector extends Writable {
  text = '';

  constructor(readonly isTTY = false) {
    super({ decodeStrings: false });
  }

  override _write(chunk: unknown, _encoding: string, done: (error?: Error) => void): void {
    this.text += String(chunk);
    done();
  }
}

/** Parses exactly one document on one line; whole numbers beyond 2^53 become bigint. */
export function toDocument(stdout: string): Fields {
  if (!/^[^\n]+\n$/.test(stdout)) throw new Error(`not one line: ${JSON.stringify(stdout)}`);
  return parseExact(stdout) as Fields;
}

export function parseExact(json: string): unknown {
  return parse(json, null, (text) => {
    const number = Number(text);
    return Number.isInteger(number) && !Number.isSafeInteger(number) ? BigInt(text) : number;
  });
}

/** Text with what differs from run to run replaced: generated ids, the root, local times. */
export function stable(text: string, root: string): string {
  return text
    .replaceAll(root, '<root>')
    .replace(/agent-[a-z2-7]{20}/g, '<id>')
    .replace(/\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}/g, '<local time>');
}

/** The expected text of a command for people, from `golden/<name>.txt`. */
export function golden(name: string): string {
  return readFileSync(new URL(`./golden/${name}.txt`, import.meta.url), 'utf8');
}
