import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  lastInterrupt,
  transcriptEvidence,
} from '../../../../src/node/harnessSessions/transcriptEvidence.ts';
import { makeTempFolder, removeTempFolder } from '../../../support/tempFolder.ts';
import { makeFifo } from './sessionSandbox.ts';

const at = '2026-06-01T12:00:00.000Z';
const mark = '[Request interrupted by user for tool use]';

function line(fields: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ type: 'user', timestamp: at, ...fields })}\n`;
}

describe('what a transcript tells', () => {
  let folder = '';
  beforeEach(() => {
    folder = makeTempFolder();
  });
  afterEach(() => removeTempFolder(folder));

  const nothing = { changedMs: undefined, interruptedMs: undefined };

  it('is when it last grew', () => {
    const path = join(folder, 't.jsonl');
    writeFileSync(path, line({ message: { content: 'hello' } }));
    utimesSync(path, 5000, 5000);
    assert.deepEqual(transcriptEvidence(path), { changedMs: 5_000_000, interruptedMs: undefined });
  });

  it('is when a person stopped the agent, also behind much else and at the end of a long file', () => {
    const path = join(folder, 't.jsonl');
    const much = line({ type: 'assistant', message: { content: 'x'.repeat(1000) } }).repeat(500);
    const stop = line({ message: { content: [{ type: 'text', text: mark }] } });
    writeFileSync(path, much + stop);
    assert.equal(transcriptEvidence(path).interruptedMs, Date.parse(at));
    // The first line of what is looked at is half a line.
    writeFileSync(path, stop + much.slice(0, 40_000));
    assert.equal(transcriptEvidence(path).interruptedMs, Date.parse(at));
  });

  it('is nothing for what is missing, a folder, a FIFO, a device, an empty file, a path that is none', () => {
    mkdirSync(join(folder, 'folder'));
    makeFifo(join(folder, 'fifo'));
    symlinkSync(join(folder, 'missing'), join(folder, 'link'));
    for (const name of ['missing', 'folder', 'fifo', 'link']) {
      assert.deepEqual(transcriptEvidence(join(folder, name)), nothing, name);
    }
    for (const path of [undefined, '/dev/zero', '', '\0']) {
      assert.deepEqual(transcriptEvidence(path), nothing);
    }
    writeFileSync(join(folder, 'empty'), '');
    assert.equal(transcriptEvidence(join(folder, 'empty')).interruptedMs, undefined);
  });

  it('is no stop when a tool or a model says the same words', () => {
    const result = { content: [{ type: 'tool_result', content: mark }] };
    assert.equal(lastInterrupt(line({ message: result })), undefined);
    assert.equal(lastInterrupt(line({ type: 'assistant', message: { content: mark } })), undefined);
    assert.equal(lastInterrupt(line({ message: { content: `They wrote ${mark}` } })), undefined);
  });

  it('is no stop when the line is half, of another form, or has no time', () => {
    const whole = line({ message: { content: mark } });
    assert.equal(lastInterrupt(whole), Date.parse(at));
    const odd = [
      whole.slice(0, -5),
      line({ message: { content: mark }, timestamp: 'yesterday' }),
      line({ message: { content: mark }, timestamp: 7 }),
      line({ message: mark }),
      line({ message: { content: [null, 7, { text: { toString: mark } }, { text: null }], mark } }),
      `"${mark}"\nnull ${mark}\n[${mark}`,
    ];
    for (const text of odd) assert.equal(lastInterrupt(text), undefined, text);
    assert.equal(lastInterrupt(whole + odd.join('')), Date.parse(at));
  });
});
