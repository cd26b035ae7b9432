import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { Writable } from 'node:stream';
import { exitCodeOf } from '../../../src/cli/exitCodes.ts';
import { Output } from '../../../src/cli/output.ts';
import { alignColumns, displayWidth } from '../../../src/cli/textLine.ts';
import { RegistryError } from '../../../src/core/agents/registryError.ts';
import { Collector } from './cliSandbox.ts';

interface OutputOptions {
  readonly isTTY?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

function written(options: OutputOptions, use: (output: Output) => void): string {
  const stdout = new Collector(options.isTTY);
  use(new Output({ stdout, stderr: new Collector(), env: options.env ?? {} }, false));
  return stdout.text;
}

describe('Output', () => {
  const line = [{ text: 'dead', tone: 'bad' as const }, { text: '  plain' }];

  it('colours on a terminal only, and not against NO_COLOR', () => {
    const show = (output: Output): void => output.lines([line]);
    equal(written({ isTTY: true }, show), '\u001b[31mdead\u001b[0m  plain\n');
    equal(written({}, show), 'dead  plain\n');
    equal(written({ isTTY: true, env: { NO_COLOR: '1' } }, show), 'dead  plain\n');
    equal(written({ isTTY: true, env: { TERM: 'dumb' } }, show), 'dead  plain\n');
    equal(
      written({ isTTY: true, env: { NO_COLOR: '' } }, show),
      '\u001b[31mdead\u001b[0m  plain\n',
    );
  });

  it('makes every text harmless, whoever wrote it', () => {
    const hostile = 'a\u001b[31m\u009b2J\u202e\r\nb\tc';
    const expected = 'a⟨U+001B⟩[31m⟨U+009B⟩2J⟨U+202E⟩ b c\n';
    equal(
      written({}, (output) => output.lines([hostile])),
      expected,
    );
    equal(
      written({}, (output) => output.lines([[{ text: hostile }]])),
      expected,
    );
  });

  it('prints bigints exactly and escapes what a terminal would obey', () => {
    const document = { big: 18446744073709551615n, text: '\u009b\u202e\u007fé', float: 0.8 };
    equal(
      written({}, (output) => output.document(document)),
      '{"big":18446744073709551615,"text":"\\u009b\\u202e\\u007fé","float":0.8}\n',
    );
  });

  it('takes a reader that went away for no error, and a full disk for one', async () => {
    const outcome = async (code: string): Promise<void> => {
      const stdout = new Writable({
        write: (_chunk, _encoding, done) =>
          done(Object.assign(new Error(`failed: ${code}`), { code })),
      });
      const output = new Output({ stdout, stderr: new Collector(), env: {} }, false);
      output.lines(['text']);
      await output.flush();
    };
    await outcome('EPIPE');
    await rejects(outcome('ENOSPC'), /could not be written \(failed: ENOSPC\)/);
  });
});

describe('alignColumns', () => {
  it('counts the cells that a terminal uses', () => {
    deepEqual(
      ['abc', 'été', '日本', '🧵', '한국', 'e\u0301', '·'].map(displayWidth),
      [3, 3, 4, 2, 4, 1, 1],
    );
  });

  it('fills up all columns but the last', () => {
    const rows = [
      [{ text: '日本' }, { text: 'a' }],
      [{ text: 'x' }, { text: 'b' }],
    ];
    const texts = alignColumns(rows).map((line) =>
      typeof line === 'string' ? line : line.map(({ text }) => text).join(''),
    );
    deepEqual(texts, ['日本  a', 'x     b']);
  });
});

describe('exitCodeOf', () => {
  it('exitCodeOf tells input, conflict, absence and failure apart', () => {
    const codes = [
      ...(['invalid-session-id', 'invalid-entry', 'thread-taken', 'not-found'] as const),
      ...(['no-registry', 'not-active', 'broken-entry', 'lock-timeout', 'io'] as const),
    ];
    deepEqual(codes.map(exitCodeOf), [2, 2, 3, 4, 4, 1, 1, 1, 1]);
    match(new RegistryError('io', 'text').message, /text/);
  });
});
