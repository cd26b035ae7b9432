import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryNamePattern, writeSteps } from '../../src/node/atomicWrite.ts';
import { heddleRootAt } from '../../src/node/heddleRoot.ts';
import { openFileLocks, type OpenFileLocks } from '../../src/node/openFileLocks.ts';
import { openRegistry } from '../../src/node/openRegistry.ts';
import { buildChildProgram } from '../support/childProgram.ts';
import { eventually } from '../support/eventually.ts';
import { makeTempFolder, removeTempFolder } from '../support/tempFolder.ts';
import { LineChildren } from './lineChild.ts';

const bystander = { kind: 'text', text: 'bystander' } as const;
const heir = { kind: 'text', text: 'heir' } as const;

describe('FileLocks when a process is killed', () => {
  let program: string;
  let root: string;
  let children: LineChildren;
  before(async () => {
    program = await buildChildProgram(new URL('./children/crashingLocker.ts', import.meta.url));
  });
  beforeEach(() => {
    root = makeTempFolder();
    children = new LineChildren();
  });
  afterEach(async () => {
    await children.dispose();
    removeTempFolder(root);
  });

  /** With no patience at all: it gets the store's lock at its first attempt or fails. */
  function open(): OpenFileLocks {
    const impatient = { lock: { timeoutMs: 0 } };
    return openFileLocks(openRegistry(heddleRootAt(root), impatient), impatient);
  }

  function temporaries(): readonly string[] {
    const folder = join(root, '.heddle', 'file-locks');
    return readdirSync(folder).filter((name) => temporaryNamePattern.test(name));
  }

  for (const action of ['lock', 'release', 'unregister']) {
    for (const step of writeSteps) {
      it(`nothing is torn, nobody stands in the way and tokens rise after a SIGKILL at ${step} of ${action}`, async () => {
        const held = await open().locks.lock(bystander, { paths: ['docs'] });
        assert.equal(held.kind, 'granted');

        const locker = await children.node(program, [root, 'agent-x', action, step]);
        assert.equal(await locker.answer(), step, 'the step was reached');
        assert.equal(await locker.answer(), undefined, 'and nothing after it');
        assert.deepEqual(await locker.end, { code: null, signal: 'SIGKILL' });

        const { locks, store } = open();
        assert.deepEqual((await store.refresh()).broken, []);
        const before = [...(await store.refresh()).view.holders()].map(
          ({ lastToken }) => lastToken,
        );
        const list = await locks.list();
        assert.deepEqual(
          list.map(({ lock }) => lock.path),
          ['docs'],
          'the dead hold nothing',
        );

        const outcome = await locks.lock(heir, { paths: ['src'] });
        assert.equal(outcome.kind, 'granted');
        assert.ok((outcome.grants[0]?.lock.token ?? 0) > Math.max(...before));
        await eventually('temporary files are swept', () => temporaries().length === 0);
        assert.equal((await locks.holdersOf('docs')).length, 1);
      });
    }
  }
});
