import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildChildProgram } from '../../support/childProgram.ts';
import { entryText } from '../../support/entryBuilder.ts';
import { withTempFolder } from '../../support/tempFolder.ts';

const run = promisify(execFile);
const maxEntryBytes = 1024 * 1024;
const fineTime = 'b = 2026-01-01T00:00:00.123456Z';
/** Generous: an honest megabyte takes a fraction of a second. What hangs takes minutes. */
const patienceMs = 15_000;

const hostile: Readonly<Record<string, string>> = {
  spaces: `a = 1${' '.repeat(900_000)}`,
  'empty lines': '\n'.repeat(900_000),
  tabs: `a = 1${'\t'.repeat(900_000)}#`,
  'spaces and a time': `a = 1${' '.repeat(900_000)}\n${fineTime}`,
  'marks of its own': `${fineTime}\na = "${'x'.repeat(900_000)}exact-time:"`,
  'many quotes': `${fineTime}\na = "${'\\"'.repeat(450_000)}"`,
  'an open string': `${fineTime}\na = """${'"" '.repeat(300_000)}`,
  'many times': `${fineTime}\na = [${'00:00:00.123456,'.repeat(50_000)}]`,
  'almost times': `a = "x" ${'00:00:00.123'.repeat(70_000)}`,
  'digits of a second': `a = 00:00:00.${'1'.repeat(900_000)}`,
  'nested lists': `a = ${'['.repeat(400_000)}${']'.repeat(400_000)}`,
  'nested tables': `a = ${'{a='.repeat(200_000)}1${'}'.repeat(200_000)}`,
  'a dotted key': `a${'.a'.repeat(400_000)} = 1`,
  'a dotted header': `[a${'.a'.repeat(400_000)}]\nb = 1`,
  'many keys': Array.from({ length: 60_000 }, (_, i) => `k${i} = ${i}`).join('\n'),
  'many headers': Array.from({ length: 40_000 }, (_, i) => `[[t${i}.a]]`).join('\n'),
  'long number': `a = ${'1'.repeat(900_000)}`,
  'long float': `a = 1.${'1'.repeat(900_000)}e${'1'.repeat(10)}`,
  noise: randomBytes(900_000).toString('latin1'),
};

interface Answer {
  readonly listed: readonly string[];
  readonly later: readonly string[];
  readonly updated: string;
}

describe('TomlAgentStore with hostile files', () => {
  let program: string;
  before(async () => {
    program = await buildChildProgram(
      new URL('../../process/children/hostileReader.ts', import.meta.url),
    );
  });

  for (const [title, more] of Object.entries(hostile)) {
    it(`TomlAgentStore survives ${title}, and so do the other entries`, () =>
      withTempFolder(async (root) => {
        const folder = join(root, '.heddle', 'agents');
        mkdirSync(folder, { recursive: true });
        const text = entryText('agent-hostile', { more });
        assert.ok(text.length < maxEntryBytes);
        writeFileSync(join(folder, 'agent-good.toml'), entryText('agent-good'));
        writeFileSync(join(folder, 'agent-hostile.toml'), text);

        writeFileSync(join(folder, 'agent-leaves.toml'), entryText('agent-leaves'));

        const { stdout } = await run(process.execPath, [program, root], {
          timeout: patienceMs,
          killSignal: 'SIGKILL',
        });

        const answer = JSON.parse(stdout) as Answer;
        assert.ok(answer.listed.includes('agent-good'));
        assert.deepEqual(
          answer.later,
          answer.listed.filter((id) => id !== 'agent-leaves'),
        );
        assert.match(answer.updated, /^(done|broken-entry|invalid-entry)$/);
      }));
  }
});
