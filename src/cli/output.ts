import { stringify } from 'lossless-json';
import { errorCode, errorText } from '../base/errorText.ts';
import type { JsonValue } from '../presentation/agentJson.ts';
import { toPlainBlock } from '../presentation/plainText.ts';
import type { CliHost, CliStream } from './cliHost.ts';
import type { TextLine, Tone } from './textLine.ts';

export const programName = 'heddle-agents';

const escape = '\u001b[';
const toneCodes: Readonly<Record<Tone, string>> = {
  strong: '1',
  faint: '2',
  good: '32',
  bad: '31',
  doubtful: '33',
};

/**
 * The one place that writes to the terminal. Text for people is made harmless here whatever was done
 * to it before, and coloured only on a terminal that wants colour. A reader that went away is no
 * error: what is written afterwards goes nowhere.
 */
export class Output {
  private readonly closed = new AbortController();
  private failure: unknown;

  constructor(
    private readonly host: Pick<CliHost, 'stdout' | 'stderr' | 'env'>,
    readonly isJson: boolean,
  ) {
    host.stdout.on('error', (error: unknown) => this.fail(error));
    // There is nobody left to tell.
    host.stderr.on('error', () => undefined);
  }

  /** Aborts when nobody reads the results any more. */
  get closedSignal(): AbortSignal {
    return this.closed.signal;
  }

  /** The result of a verb: one document, or lines for people. */
  result(json: () => JsonValue, lines: () => readonly TextLine[]): void {
    if (this.isJson) this.document(json());
    else this.lines(lines());
  }

  /** One JSON document on one line. Whole numbers are printed exactly, whatever their size. */
  document(json: JsonValue): void {
    this.host.stdout.write(`${toHarmlessJson(stringify(json) ?? 'null')}\n`);
  }

  lines(lines: readonly TextLine[]): void {
    this.write(this.host.stdout, lines);
  }

  /** Something that is not the result, such as a hint. */
  notes(lines: readonly TextLine[]): void {
    this.write(this.host.stderr, lines);
  }

  /** What went wrong: for people in any case, and as the one document when one is expected. */
  error(code: string, message: string): void {
    this.notes([[{ text: `${programName}: `, tone: 'bad' }, { text: message }]]);
    if (this.isJson) this.document({ error: { code, message } });
  }

  /** Resolves when everything was handed to the system. @throws what kept it from being written */
  async flush(): Promise<void> {
    await Promise.all([drained(this.host.stdout), drained(this.host.stderr)]);
    if (this.failure === undefined) return;
    throw new Error(`The result could not be written (${errorText(this.failure)}).`, {
      cause: this.failure,
    });
  }

  private write(stream: CliStream, lines: readonly TextLine[]): void {
    if (lines.length === 0) return;
    const hasColor = wantsColor(stream, this.host.env);
    stream.write(lines.map((line) => `${render(line, hasColor)}\n`).join(''));
  }

  private fail(error: unknown): void {
    const code = errorCode(error);
    if (code !== 'EPIPE' && code !== 'ERR_STREAM_DESTROYED') this.failure ??= error;
    this.closed.abort();
  }
}

function render(line: TextLine, hasColor: boolean): string {
  if (typeof line === 'string') return toHarmless(line);
  return line
    .map(({ text, tone }) => {
      const plain = toHarmless(text);
      if (!hasColor || tone === undefined || plain === '') return plain;
      return `${escape}${toneCodes[tone]}m${plain}${escape}0m`;
    })
    .join('')
    .trimEnd();
}

/** Unlike a plain line it keeps runs of spaces, in which columns consist. */
function toHarmless(text: string): string {
  return toPlainBlock(text).replace(/[\t\r\n]+/g, ' ');
}

/** JSON allows these inside texts as they are, but a terminal may obey them. Their escapes mean the same. */
const unsafeInJson = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

function toHarmlessJson(json: string): string {
  return json.replace(
    unsafeInJson,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function wantsColor(stream: CliStream, env: CliHost['env']): boolean {
  const isRefused = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  return stream.isTTY === true && !isRefused;
}

function drained(stream: CliStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}
