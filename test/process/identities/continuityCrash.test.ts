import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAgentIdentity, runtimeIdOf } from '../../../src/core/identities/agentIdentity.ts';
import type { SessionSnapshot } from '../../../src/core/identities/continuityRecord.ts';
import type { LeaseGrant } from '../../../src/core/identities/leaseProvider.ts';
import { temporaryNamePattern } from '../../../src/node/atomicWrite.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import {
  openContinuity,
  type OpenContinuity,
} from '../../../src/node/identities/openContinuity.ts';
import { buildChildProgram } from '../../support/childProgram.ts';
import { eventually } from '../../support/eventually.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';
import { LineChildren } from '../lineChild.ts';
import { crashOperations, type CrashOperation } from './crashPlan.ts';

const reviewer = parseAgentIdentity('reviewer');
const conversation = 'conversation-1';

/** Of each operation, so that a step that is not reached any more is missed. */
const leastSteps: Readonly<Record<CrashOperation, number>> = {
  acquire: 18,
  renew: 6,
  release: 3,
  upsert: 20,
  save: 14,
  delete: 20,
  put: 7,
  begin: 7,
  take: 3,
  shorten: 8,
};

describe('What lasts of identities when a process is killed', () => {
  let program: string;
  let top: string;
  let children: LineChildren;
  before(async () => {
    program = await buildChildProgram(new URL('./children/crashingContinuity.ts', import.meta.url));
  });
  beforeEach(() => {
    top = makeTempFolder();
    children = new LineChildren();
  });
  afterEach(async () => {
    await children.dispose();
    removeTempFolder(top);
  });

  /** With no patience at all: it gets the lock at its first attempt or fails. */
  function open(name: string): OpenContinuity {
    const places = { root: join(top, name, 'root'), home: join(top, name, 'home') };
    mkdirSync(places.root, { recursive: true });
    return openContinuity(heddleRootAt(places.root), {
      home: places.home,
      lock: { timeoutMs: 0 },
    });
  }

  function temporaries(): readonly string[] {
    const names = readdirSync(top, { recursive: true, encoding: 'utf8' });
    return names.filter((name) => temporaryNamePattern.test(name.split('/').at(-1) ?? ''));
  }

  for (const operation of crashOperations) {
    it(`nothing is torn, lost or in the way after a SIGKILL at any step of ${operation}`, async () => {
      const steps: unknown[] = [];
      for (let fatalStep = 1; ; fatalStep += 1) {
        const name = String(fatalStep);
        const { token, message } = await prepare(open(name));
        const child = await children.node(program, [
          JSON.stringify({
            ...{ root: join(top, name, 'root'), home: join(top, name, 'home') },
            ...{ operation, fatalStep, token, message },
          }),
        ]);
        const step = await child.answer();
        assert.equal(await child.answer(), undefined);
        const end = await child.end;
        if (step === 'survived') break;
        assert.deepEqual(end, { code: null, signal: 'SIGKILL' }, String(step));
        steps.push(step);
        await assertWhole(open(name), { operation, token, step: String(step) });
      }
      assert.ok(steps.length >= leastSteps[operation], steps.join(', '));
      await eventually('temporary files are swept', () => temporaries().length === 0);
    });
  }
});

/** An owned life with one checkpoint, and a message that waits. */
async function prepare(
  opened: OpenContinuity,
): Promise<{ readonly token: number; readonly message: string }> {
  const { store, leases, inbox } = opened;
  const grant = await acquire(opened);
  const { token } = grant;
  await store.upsertRecord(record, token);
  await store.saveSnapshot({ ...checkpoint, version: 1, token, snapshot: content('old') });
  await leases.renew([grant]);
  const put = { from: 'Ada', text: 'waits', origin: 'person', kind: 'send' } as const;
  return { token, message: (await inbox.put(reviewer, put)).id };
}

async function assertWhole(
  opened: OpenContinuity,
  { operation, token, step }: Killed,
): Promise<void> {
  const { store, leases, inbox, history } = opened;
  const isCommitted = ['record:renamed', 'record:folder-synced', 'snapshots:pruned'].includes(step);
  const state = (await store.resolveMany([reviewer])).get(reviewer);
  if (operation === 'delete' && isCommitted) assert.equal(state?.state, 'uninitialized', step);
  else {
    assert.ok(state?.state === 'ready', `${step}: ${JSON.stringify(state)}`);
    const isSaved = operation === 'save' && isCommitted;
    assert.equal(state.record.checkpointVersion, isSaved ? 2 : 1);
    const isRebound = operation === 'upsert' && isCommitted;
    assert.equal(state.record.sessionId, isRebound ? 'conversation-2' : conversation);
    const kept = await store.loadSnapshot(reviewer, conversation);
    assert.deepEqual(kept, content(isSaved ? 'new' : 'old'));
  }

  const { messages, problems } = await inbox.list(reviewer);
  const texts = messages.map(({ text }) => text);
  const told = history.read(reviewer).filter(({ kind }) => kind === 'message').length;
  assert.deepEqual(problems, []);
  if (operation === 'put') {
    const isPut = ['message:renamed', 'message:folder-synced'].includes(step);
    assert.deepEqual(texts, isPut ? ['waits', 'new'] : ['waits']);
  } else if (operation === 'take') {
    assert.deepEqual([texts.length, told], step === 'locked' ? [1, 0] : [0, 1], step);
  } else assert.deepEqual(texts, ['waits']);

  const isFree = operation === 'release' && step !== 'locked';
  assert.equal((await leases.seen([reviewer])).has(reviewer), !isFree);
  const next = await acquire(opened);
  const used = operation === 'acquire' && step.startsWith('lease:') ? token + 1 : token;
  assert.ok(next.token > used, `${step}: ${next.token} after ${used}`);
  await store.upsertRecord({ ...record, generation: 1 }, next.token);
  const late = { ...checkpoint, generation: 1, version: 9, token, snapshot: content('late') };
  await assert.rejects(store.saveSnapshot(late), /has a new owner/);
  await store.saveSnapshot({ ...late, token: next.token });
  await inbox.put(reviewer, { from: 'Ada', text: 'after', origin: 'person', kind: 'send' });
  assert.equal((await inbox.list(reviewer)).messages.at(-1)?.text, 'after');
}

interface Killed {
  readonly operation: CrashOperation;
  readonly token: number;
  readonly step: string;
}

const record = {
  ...{ identity: reviewer, runtimeId: runtimeIdOf(reviewer, 0), sessionId: conversation },
  ...{ generation: 0, checkpointVersion: 0 },
};
const checkpoint = { identity: reviewer, sessionId: conversation, generation: 0 };

function content(text: string): SessionSnapshot {
  return { data: new Uint8Array(Buffer.from(text)) };
}

async function acquire({ leases }: OpenContinuity): Promise<LeaseGrant> {
  const result = (await leases.acquire([reviewer], 'crashing')).get(reviewer);
  assert.ok(result?.result === 'acquired', JSON.stringify(result));
  return result.grant;
}
