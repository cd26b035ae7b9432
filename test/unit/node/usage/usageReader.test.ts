import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { silentLogger } from '../../../../src/base/logger.ts';
import { maxLineBytes } from '../../../../src/core/harness/usage/transcriptCursor.ts';
import { claudeTranscript } from '../../../../src/harnesses/usage/claudeTranscript.ts';
import { geminiTranscript } from '../../../../src/harnesses/usage/geminiTranscript.ts';
import {
  UsageReader,
  type UsageReadResult,
  type UsageReaderOptions,
} from '../../../../src/node/usage/usageReader.ts';
import { makeTempFolder, removeTempFolder } from '../../../support/tempFolder.ts';

type Read = Extract<UsageReadResult, { kind: 'read' }>;

const line = (id: string, output: number): string =>
  `${JSON.stringify({
    type: 'assistant',
    message: { id, model: 'claude-opus-5-5', content: [], usage: { output_tokens: output } },
  })}\n`;

const interruption = (at: string): string =>
  `${JSON.stringify({
    type: 'user',
    timestamp: at,
    message: { role: 'user', content: [{ type: 'text', text: '[Request interrupted by user]' }] },
  })}\n`;

describe('UsageReader', () => {
  let root: string;
  let folder: string;
  let transcript: string;
  let cursorFile: string;
  beforeEach(() => {
    root = makeTempFolder();
    folder = join(root, '.heddle', 'harness-sessions');
    mkdirSync(folder, { recursive: true });
    transcript = join(root, 'session.jsonl');
    cursorFile = join(folder, 'claude-code-s.usage.json');
  });
  afterEach(() => removeTempFolder(root));

  const open = (options: Partial<UsageReaderOptions> = {}): UsageReader =>
    new UsageReader({ folder, logger: silentLogger, ...options });
  const result = (reader = open(), transcriptPath = transcript): Promise<UsageReadResult> =>
    reader.read({ name: 'claude-code-s', transcriptPath, format: claudeTranscript });
  async function read(reader = open()): Promise<Read> {
    const read = await result(reader);
    assert.equal(read.kind, 'read');
    return read;
  }
  const outputOf = ({ reading }: Read): number => reading.totals.tokens.output;
  /** Makes what was kept tell other sums, so that it shows whether it is gone on from. */
  function plantInCursor(output: number): void {
    const text = readFileSync(cursorFile, 'utf8');
    const planted = text.replaceAll(/"output":\d+/g, `"output":${output}`);
    assert.notEqual(planted, text);
    writeFileSync(cursorFile, planted);
  }

  it('reads only what is new', async () => {
    writeFileSync(transcript, line('a', 5));
    assert.equal(outputOf(await read()), 5);
    plantInCursor(1000);
    appendFileSync(transcript, line('b', 7));
    assert.equal(outputOf(await read()), 1007);
  });

  it('says whether anything has changed', async () => {
    writeFileSync(transcript, line('a', 5));
    assert.equal((await read()).hasChanged, true);
    const before = readFileSync(cursorFile, 'utf8');
    assert.equal((await read()).hasChanged, false);
    assert.equal(readFileSync(cursorFile, 'utf8'), before);
    appendFileSync(transcript, '{"type":"summary"}\n');
    assert.equal((await read()).hasChanged, false);
    appendFileSync(transcript, line('a', 6));
    const last = await read();
    assert.equal(last.hasChanged, true);
    assert.equal(outputOf(last), 6);
  });

  it('waits for the rest of a half-written line', async () => {
    const whole = line('b', 7);
    writeFileSync(transcript, line('a', 5) + whole.slice(0, 30));
    assert.equal(outputOf(await read()), 5);
    appendFileSync(transcript, whole.slice(30));
    const { reading } = await read();
    assert.equal(reading.totals.tokens.output, 12);
    assert.equal(reading.skippedLines, 0);
  });

  it('begins anew with a transcript that was cut short, also when it grew again', async () => {
    writeFileSync(transcript, line('a', 5) + line('b', 7));
    await read();
    truncateSync(transcript, 0);
    writeFileSync(transcript, line('c', 1), { flag: 'r+' });
    assert.equal(outputOf(await read()), 1);
    plantInCursor(1000);
    appendFileSync(transcript, line('d', 2));
    assert.equal(outputOf(await read()), 1002);
    truncateSync(transcript, 0);
    writeFileSync(transcript, [10, 20, 30, 40].map((n) => line(`e${n}`, n)).join(''), {
      flag: 'r+',
    });
    assert.equal(outputOf(await read()), 100);
  });

  it('begins anew with a transcript that was replaced', async () => {
    writeFileSync(transcript, line('a', 5));
    await read();
    const other = join(root, 'other.jsonl');
    writeFileSync(other, line('a', 5) + line('b', 1));
    plantInCursor(1000);
    renameSync(other, transcript);
    assert.equal(outputOf(await read()), 6);
  });

  it('reads from the beginning when what was kept is lost or broken', async () => {
    writeFileSync(transcript, line('a', 5));
    await read();
    for (const broken of ['', '{}', 'null', '\u0000', '{"version":1', '[]'.repeat(1e6)]) {
      writeFileSync(cursorFile, broken);
      assert.equal(outputOf(await read()), 5);
      assert.match(readFileSync(cursorFile, 'utf8'), /^\{"version":1/);
    }
    rmSync(cursorFile);
    assert.equal(outputOf(await read()), 5);
  });

  it('reads without keeping anything where there is no folder for it', async () => {
    rmSync(join(root, '.heddle'), { recursive: true });
    writeFileSync(transcript, line('a', 5));
    assert.equal(outputOf(await read()), 5);
    assert.ok(!existsSync(join(root, '.heddle')));
  });

  it('keeps no other file and only numbers and names of models', async () => {
    const secret = 'the secret of the person';
    writeFileSync(
      transcript,
      `${line('a', 5)}{"type":"user","message":{"content":"${secret} \\"usage\\""}}\n`,
    );
    await read();
    assert.deepEqual(readdirSync(folder), ['claude-code-s.usage.json']);
    const kept = readFileSync(cursorFile, 'utf8');
    assert.ok(!kept.includes(secret));
    assert.ok(kept.length < 2000, `${kept.length}`);
  });

  it('comes to the same with slices of any size', async () => {
    const lines = Array.from({ length: 200 }, (_, i) => line(`m${i % 150}`, i));
    writeFileSync(transcript, lines.join(''));
    const expected = (await read()).reading;
    for (const sliceBytes of [1, 7, 64, 1000, 1e6]) {
      rmSync(cursorFile);
      assert.deepEqual((await read(open({ sliceBytes }))).reading, expected);
    }
  });

  it('reads a long transcript in several calls', async () => {
    const lines = Array.from({ length: 100 }, (_, i) => line(`m${i}`, 1));
    writeFileSync(transcript, lines.join(''));
    const reader = open({ sliceBytes: 1024, maxBytesPerRead: 4096 });
    const first = await read(reader);
    assert.equal(first.isComplete, false);
    let last = first;
    for (let calls = 0; !last.isComplete && calls < 100; calls += 1) last = await read(reader);
    assert.ok(outputOf(first) < 100);
    assert.equal(outputOf(last), 100);
  });

  it('passes over a line of 50 MB', async () => {
    const huge = Buffer.alloc(50 * 1024 * 1024, 'x');
    writeFileSync(transcript, line('a', 5));
    appendFileSync(transcript, '{"type":"user","usage":"');
    appendFileSync(transcript, huge);
    const { reading } = await read();
    assert.equal(reading.totals.tokens.output, 5);
    assert.equal(reading.skippedLines, 1);
    appendFileSync(transcript, `"}\n${line('b', 7)}`);
    const after = (await read()).reading;
    assert.equal(after.totals.tokens.output, 12);
    assert.equal(after.skippedLines, 1);
  });

  it('reads a line of several megabytes that is not too long', async () => {
    const text = 'x'.repeat(maxLineBytes - 1000);
    const long = JSON.stringify({
      type: 'assistant',
      message: { id: 'b', model: 'm', content: text, usage: { output_tokens: 7 } },
    });
    writeFileSync(transcript, `${line('a', 5)}${long}\n${line('c', 1)}`);
    assert.equal(outputOf(await read()), 13);
  });

  it('tells an interruption once', async () => {
    writeFileSync(transcript, line('a', 5) + interruption('2026-11-21T15:00:00.000Z'));
    const first = await read();
    assert.equal(first.newInterruptionAtMs, Date.parse('2026-11-21T15:00:00.000Z'));
    appendFileSync(transcript, line('b', 7));
    const second = await read();
    assert.equal(second.newInterruptionAtMs, undefined);
    assert.equal(second.reading.interruptedAtMs, first.newInterruptionAtMs);
    appendFileSync(transcript, interruption('2026-11-21T16:00:00.000Z'));
    assert.equal((await read()).newInterruptionAtMs, Date.parse('2026-11-21T16:00:00.000Z'));
  });

  it('never goes back when another has read further', async () => {
    writeFileSync(transcript, line('a', 5));
    await read();
    const early = readFileSync(cursorFile, 'utf8');
    appendFileSync(transcript, line('b', 7));
    await read();
    const late = readFileSync(cursorFile, 'utf8');
    assert.notEqual(late, early);
    writeFileSync(cursorFile, early);
    assert.equal(outputOf(await read()), 12);
    assert.equal(readFileSync(cursorFile, 'utf8'), late);
  });

  it('lets many read and one write at the same time', async () => {
    writeFileSync(transcript, '');
    const readers = Array.from({ length: 4 }, () => open({ sliceBytes: 50 }));
    const told: number[] = [];
    for (let i = 0; i < 30; i += 1) {
      const text = line(`m${i}`, 1);
      appendFileSync(transcript, text.slice(0, 40));
      const running = readers.map((reader) => read(reader));
      appendFileSync(transcript, text.slice(40));
      for (const each of await Promise.all(running)) told.push(outputOf(each));
    }
    assert.ok(told.every((output) => output <= 30));
    assert.equal(outputOf(await read()), 30);
    assert.deepEqual(readdirSync(folder), ['claude-code-s.usage.json']);
  });

  it('reads once for several callers at once', async () => {
    writeFileSync(transcript, line('a', 5));
    const reader = open();
    const [first, second] = await Promise.all([read(reader), read(reader)]);
    assert.equal(first, second);
  });

  it('says when there is no transcript yet', async () => {
    assert.deepEqual(await result(), { kind: 'missing' });
    assert.deepEqual(await result(open(), join(root, 'none', 's.jsonl')), { kind: 'missing' });
  });

  it('reads through a link to a regular file', async () => {
    writeFileSync(join(root, 'real.jsonl'), line('a', 5));
    symlinkSync(join(root, 'real.jsonl'), transcript);
    assert.equal(outputOf(await read()), 5);
  });

  it('opens nothing but regular files with the name of a transcript', async () => {
    const secret = join(root, 'id_rsa');
    writeFileSync(secret, line('a', 5));
    mkdirSync(join(root, 'folder.jsonl'));
    for (const [path, problem] of [
      [secret, /does not have the name/],
      [join(root, 'folder.jsonl'), /not a regular file/],
      ['session.jsonl', /not absolute/],
      ['//server/share/s.jsonl', /another machine/],
      [`/a\0b.jsonl`, /no path/],
      [`/${'x'.repeat(5000)}.jsonl`, /no path/],
    ] as const) {
      const refused = await result(open(), path);
      assert.equal(refused.kind, 'refused', path);
      assert.match(refused.problem, problem);
    }
    assert.ok(!existsSync(cursorFile));
  });

  it('opens no device and waits for no pipe', async () => {
    // Windows has neither among its files.
    if (process.platform === 'win32') return;
    symlinkSync('/dev/zero', join(root, 'zero.jsonl'));
    execFileSync('mkfifo', [join(root, 'pipe.jsonl')]);
    for (const name of ['zero.jsonl', 'pipe.jsonl']) {
      const refused = await result(open(), join(root, name));
      assert.equal(refused.kind, 'refused', name);
      assert.match(refused.problem, /not a regular file/);
    }
  });

  it('refuses a transcript that is too large without reading it', async () => {
    writeFileSync(transcript, '');
    truncateSync(transcript, 3 * 1024 * 1024 * 1024);
    const refused = await result();
    assert.equal(refused.kind, 'refused');
    assert.match(refused.problem, /too large/);
    assert.ok(statSync(transcript).blocks < 1000);
  });

  it('takes no name that could be another file', async () => {
    for (const name of ['', '../x', 'a/b', '.hidden', 'a\\b', 'x'.repeat(201)]) {
      await assert.rejects(
        open().read({ name, transcriptPath: transcript, format: claudeTranscript }),
        RangeError,
      );
    }
  });

  describe('with a document of an older Gemini CLI', () => {
    const document = (): string => join(root, 'session-1.json');
    const readIt = (): Promise<UsageReadResult> =>
      open().read({ name: 'gemini', transcriptPath: document(), format: geminiTranscript });
    const message = { id: 'g1', type: 'gemini', tokens: { input: 10, output: 2, cached: 4 } };

    it('reads it as a whole', async () => {
      const messages = [{ id: 'u', type: 'user' }, message, 5, { ...message, id: 'g2' }];
      writeFileSync(document(), JSON.stringify({ sessionId: 's', messages }));
      const read = await readIt();
      assert.equal(read.kind, 'read');
      assert.equal(read.reading.totals.tokens.input, 12);
      assert.equal(read.reading.totals.tokens.cacheRead, 8);
      assert.equal(read.reading.skippedLines, 1);
    });

    it('has none while it is half-written', async () => {
      writeFileSync(document(), '{"messages":[');
      assert.deepEqual(await readIt(), { kind: 'missing' });
      writeFileSync(document(), '{"other":[]}');
      assert.deepEqual(await readIt(), { kind: 'missing' });
    });
  });

  it('reads a recorded session', async () => {
    const recorded = join(
      import.meta.dirname,
      '../../../support/payloads/claude-code/transcript/00000000-0000-4000-8000-000000000001.jsonl',
    );
    cpSync(recorded, transcript);
    const whole = await read(open({ sliceBytes: 1000 }));
    assert.equal(outputOf(whole), 200 + 22 + 5);
    assert.equal(whole.reading.totals.toolCalls, 3);
    assert.equal(whole.reading.skippedLines, 0);
    assert.equal((await read()).hasChanged, false);
  });
});
