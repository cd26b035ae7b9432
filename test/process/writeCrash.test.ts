import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { temporaryNamePattern, writeSteps, type WriteStep } from '../../src/node/atomicWrite.ts';
import { heddleRootAt } from '../../src/node/heddleRoot.ts';
import { openRegistry } from '../../src/node/openRegistry.ts';
import { buildChildProgram } from '../support/childProgram.ts';
import { eventually } from '../support/eventually.ts';
import { makeAgentsFolder, makeTempFolder, removeTempFolder } from '../support/tempFolder.ts';
import { LineChildren, type LineChild } from './lineChild.ts';
import { versionedEntry, versionOf } from './versionedEntry.ts';

const sessionId = 'agent-x';
const bystander = 'agent-bystander';

interface ReaderReport {
  readonly looks: number;
  readonly torn: readonly string[];
  readonly versions: readonly string[];
}

describe('TomlAgentStore when a writer is killed', () => {
  let crashingWriter: string;
  let busyWriter: string;
  let loopingReader: string;
  let root: string;
  let folder: string;
  let children: LineChildren;
  let reader: LineChild;
  before(async () => {
    [crashingWriter, busyWriter, loopingReader] = await Promise.all([
      buildChildProgram(new URL('./children/crashingWriter.ts', import.meta.url)),
      buildChildProgram(new URL('./children/busyWriter.ts', import.meta.url)),
      buildChildProgram(new URL('./children/loopingReader.ts', import.meta.url)),
    ]);
  });
  beforeEach(async () => {
    root = makeTempFolder();
    folder = makeAgentsFolder(root);
    await openWriter().save(versionedEntry(bystander, 'old'));
    children = new LineChildren();
    reader = await children.node(loopingReader, [root]);
    assert.equal(await reader.answer(), 'ready');
  });
  afterEach(async () => {
    await children.dispose();
    removeTempFolder(root);
  });

  /** With no patience at all: it gets the lock at its first attempt or fails. */
  function openWriter(): ReturnType<typeof openRegistry>['registry'] {
    return openRegistry(heddleRootAt(root), { lock: { timeoutMs: 0 } }).registry;
  }

  function temporaries(): readonly string[] {
    return readdirSync(folder).filter((name) => temporaryNamePattern.test(name));
  }

  /** The version of an entry as somebody reads it who never looked before. */
  async function readVersion(): Promise<string | undefined> {
    const { records, view } = await openWriter().listView();
    assert.deepEqual(view.broken(), []);
    const record = records.find(({ entry }) => entry.sessionId === sessionId);
    if (record === undefined) return undefined;
    return versionOf(record.entry) ?? assert.fail('the entry is torn');
  }

  async function readerReport(): Promise<ReaderReport> {
    const [report] = await Promise.all([reader.answer(), reader.finish()]);
    return report as ReaderReport;
  }

  for (const kind of ['creating', 'replacing'] as const) {
    for (const step of writeSteps) {
      it(`an entry is whole after a SIGKILL at ${step} of ${kind} it, and the next writer goes on at once`, async () => {
        const before = kind === 'creating' ? undefined : 'old';
        if (before !== undefined) await openWriter().save(versionedEntry(sessionId, before));

        const writer = await children.node(crashingWriter, [root, sessionId, 'new', step]);
        assert.equal(await writer.answer(), step, 'the step was reached');
        assert.equal(await writer.answer(), undefined, 'and nothing after it');
        assert.deepEqual(await writer.end, { code: null, signal: 'SIGKILL' });

        assert.equal(await readVersion(), isReplaced(step) ? 'new' : before);
        assert.equal(temporaries().length, leavesTemporary(step) ? 1 : 0);

        await openWriter().save(versionedEntry(sessionId, 'next'));
        assert.equal(await readVersion(), 'next');
        await eventually('temporary files are swept', () => temporaries().length === 0);

        const { looks, torn, versions } = await readerReport();
        assert.deepEqual(torn, []);
        assert.ok(looks > 0);
        assert.ok(versions.includes(`${bystander} old`));
      });
    }
  }

  it('a reader sees whole versions only, while four write and others are killed at every step', async () => {
    const writers = await Promise.all(
      [1, 2, 3, 4].map(() => children.node(busyWriter, [root, sessionId, '60'])),
    );
    for (const step of writeSteps) {
      const writer = await children.node(crashingWriter, [root, sessionId, step, step]);
      assert.equal(await writer.answer(), step);
      assert.deepEqual(await writer.end, { code: null, signal: 'SIGKILL' });
    }
    for (const writer of writers) {
      assert.equal(await writer.answer(), 'done');
      assert.deepEqual(await writer.end, { code: 0, signal: null });
    }

    const { torn, versions } = await readerReport();
    assert.deepEqual(torn, []);
    assert.ok(versions.length > 2, `the reader saw no more than ${versions.length} versions`);
    await openWriter().save(versionedEntry(sessionId, 'last'));
    await eventually('temporary files are swept', () => temporaries().length === 0);
    assert.equal(await readVersion(), 'last');
  });
});

function isReplaced(step: WriteStep): boolean {
  return writeSteps.indexOf(step) >= writeSteps.indexOf('renamed');
}

function leavesTemporary(step: WriteStep): boolean {
  return step.startsWith('temporary-');
}
