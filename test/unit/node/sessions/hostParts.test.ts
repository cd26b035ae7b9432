import assert from 'node:assert/strict';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ResponseError } from 'vscode-jsonrpc/node';
import { MalformedField } from '../../../../src/core/sessions/fieldReaders.ts';
import { SessionError, type SessionProblem } from '../../../../src/core/sessions/sessionError.ts';
import {
  AttachedEditors,
  editorPatienceMs,
  expectedEditorPatienceMs,
} from '../../../../src/node/sessions/attachedEditors.ts';
import {
  readHostAddress,
  writeHostAddress,
} from '../../../../src/node/sessions/hostAddressFile.ts';
import { fromResponseError, toResponseError } from '../../../../src/node/sessions/hostErrors.ts';
import { encodeHello, parseHello } from '../../../../src/node/sessions/hostProtocol.ts';
import { ObservationQueue } from '../../../../src/node/sessions/observationQueue.ts';
import {
  encodeStartRequest,
  parseStartRequest,
  type StartRequest,
} from '../../../../src/node/sessions/startRequest.ts';
import { encodeProgressEvent } from '../../../../src/core/sessions/progressEventCodec.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { settle } from '../../../support/eventually.ts';
import { withTempFolder } from '../../../support/tempFolder.ts';
import { aHeader, aHost, anEvent, putSession } from './sessionFolders.ts';

describe('Errors of the verbs on their way to a client', () => {
  const problems: readonly SessionProblem[] = [
    { code: 'not-found', sessionId: 'session-x' },
    { code: 'not-paused', actual: 'running', answered: { by: 'Ann', atMs: 5 } },
    { code: 'already-cancelled', reason: { code: 'user', requestedAtMs: 7 } },
    { code: 'kind-mismatch', expected: 'single', actual: 'batch' },
    { code: 'unknown-query', queryId: 'q-1', open: ['q-0'] },
    { code: 'invalid-answer', queryId: 'q-0', options: ['yes'] },
    { code: 'incomplete-batch', missing: ['q-2'] },
    { code: 'engine', reason: 'no' },
  ];
  for (const problem of problems) {
    it(`keep all that ${problem.code} says`, () => {
      const sent = toResponseError(new SessionError(problem));
      const wire = JSON.parse(JSON.stringify(sent.toJson())) as { code: number; data: unknown };
      const received = fromResponseError(new ResponseError(wire.code, sent.message, wire.data));
      assert.ok(received instanceof SessionError);
      assert.deepEqual(received.problem, problem);
    });
  }

  it('are errors of the connection when they are none of a verb', () => {
    const malformed = toResponseError(new MalformedField('payload', 'is missing.'));
    assert.match(fromResponseError(malformed).message, /"payload" is missing/);
    assert.deepEqual(
      [malformed, new Error('socket')].map((error) => {
        const received = fromResponseError(error);
        return 'code' in received && received.code;
      }),
      ['protocol', 'lost'],
    );
  });
});

describe('A start request', () => {
  const request: StartRequest = {
    spec: { kind: 'run', agent: 'claude', prompt: 'Say hello', cwd: '/repo' },
    location: { root: '/repo', heddleFolder: '/repo/.heddle', isPresent: true },
    agent: {
      id: 'claude',
      name: 'Claude',
      harness: 'claude-code',
      command: '/bin/claude',
      args: ['--acp', ''],
      env: { KEY: 'secret' },
      askMode: 'default',
      logIn: 'Run "claude /login".',
    },
    policy: { edits: 'allow', commands: 'ask' },
    keep: { maxAgeMs: 5, maxEnded: 6 },
    expectsEditor: true,
  };

  it('arrives as it was sent', () => {
    assert.deepEqual(parseStartRequest(encodeStartRequest(request)), request);
    const { id, name, command } = request.agent;
    const least: StartRequest = {
      spec: request.spec,
      location: request.location,
      agent: { id, name, command, args: [] },
    };
    assert.deepEqual(parseStartRequest(encodeStartRequest(least)), least);
  });

  it('names the field that is wrong', () => {
    const spoiled = (fields: object): string =>
      JSON.stringify({ ...(JSON.parse(encodeStartRequest(request)) as object), ...fields });
    assert.throws(() => parseStartRequest(spoiled({ root: 7 })), /"root"/);
    assert.throws(() => parseStartRequest(spoiled({ agent: null })), /"agent"/);
    const env = { A: 1 };
    assert.throws(() => parseStartRequest(spoiled({ agent: { ...request.agent, env } })), /env\.A/);
    assert.throws(() => parseStartRequest(encodeStartRequest(request).slice(0, 50)), SyntaxError);
  });
});

describe('The address file of a host', () => {
  const address = { endpoint: '/run/x.sock', token: 'abc', process: aHost };

  it('is read as it was written, by its owner alone', () =>
    withTempFolder(async (folder) => {
      const own = putSession(folder, aHeader('session-a'));
      await writeHostAddress(folder, 'session-a', address);
      assert.deepEqual(await readHostAddress(folder, 'session-a'), address);
      const path = join(own, 'host.json');
      if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600);
      writeFileSync(path, readFileSync(path, 'utf8').slice(0, 30));
      assert.equal(await readHostAddress(folder, 'session-a'), undefined);
      writeFileSync(path, '{"endpoint":7,"token":"x"}');
      assert.equal(await readHostAddress(folder, 'session-a'), undefined);
      truncateSync(path, 1024 * 1024);
      assert.equal(await readHostAddress(folder, 'session-a'), undefined);
      assert.equal(await readHostAddress(folder, 'session-b'), undefined);
    }));
});

describe('The first words of a client', () => {
  it('arrive as they were said, and make sense', () => {
    const client = { name: 'Ann', kind: 'window', pid: 7 } as const;
    for (const hasEditor of [true, false]) {
      const hello = { token: 'x', client, hasEditor };
      assert.deepEqual(parseHello(encodeHello(hello)), hello);
    }
    assert.throws(() => parseHello({ token: 'x' }), MalformedField);
    assert.throws(
      () => parseHello({ token: 'x', client: { ...client, kind: 'ghost' } }),
      MalformedField,
    );
  });
});

describe('AttachedEditors', () => {
  const file = { path: '/a', text: 'new' };

  it('have nothing open when there is none, or none answers in time', async () => {
    const clock = new FakeClock();
    const editors = new AttachedEditors(clock);
    assert.equal(await editors.read('/a'), undefined);
    const signals: AbortSignal[] = [];
    editors.attach({
      read: (_, signal) => (signals.push(signal), new Promise(() => undefined)),
      write: (_, signal) => (signals.push(signal), new Promise(() => undefined)),
    });
    const [read, written] = [editors.read('/a'), editors.write(file.path, file.text)];
    await settle();
    clock.advance(editorPatienceMs);
    assert.deepEqual([await read, await written], [undefined, { kind: 'not-open' }]);
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true, true],
      'and they are told that it is too late',
    );
    assert.equal(clock.pendingTimers, 0);
  });

  it('answer as soon as one has the file open, and write it once', async () => {
    const clock = new FakeClock();
    const editors = new AttachedEditors(clock);
    const writes: string[] = [];
    editors.attach({
      read: () => new Promise(() => undefined),
      write: () => Promise.reject(new Error('gone')),
    });
    for (const name of ['first', 'second']) {
      editors.attach({
        read: () => Promise.resolve(name),
        write: ({ text }) => {
          writes.push(`${name} ${text}`);
          return Promise.resolve({ kind: 'applied' });
        },
      });
    }
    assert.equal(await editors.read('/a'), 'first');
    assert.deepEqual(await editors.write(file.path, file.text), { kind: 'applied' });
    assert.deepEqual(writes, ['first new']);
  });

  it('wait a moment for one that is about to attach', async () => {
    const clock = new FakeClock();
    const editors = new AttachedEditors(clock);
    editors.expectOne();
    const read = editors.ready().then(() => editors.read('/a'));
    await settle();
    editors.attach({
      read: () => Promise.resolve('unsaved'),
      write: () => Promise.resolve({ kind: 'applied' }),
    });
    assert.equal(await read, 'unsaved');
    assert.equal(clock.pendingTimers, 0);
  });

  it('wait no longer for one that never comes', async () => {
    const clock = new FakeClock();
    const editors = new AttachedEditors(clock);
    editors.expectOne();
    const ready = editors.ready();
    let isReady = false;
    void ready.then(() => (isReady = true));
    clock.advance(expectedEditorPatienceMs - 1);
    await settle();
    assert.equal(isReady, false);
    clock.advance(1);
    await ready;
  });

  it('are asked no more when they have left', async () => {
    const editors = new AttachedEditors(new FakeClock());
    const editor = {
      read: () => Promise.resolve('x'),
      write: () => Promise.resolve({ kind: 'applied' } as const),
    };
    editors.attach(editor).dispose();
    assert.equal(await editors.read('/a'), undefined);
  });
});

describe('ObservationQueue', () => {
  const told = (sequence: number): { kind: 'event'; event: unknown } => ({
    kind: 'event',
    event: encodeProgressEvent(anEvent(sequence)),
  });

  it('gives what it was told in order, and then that it is closed', async () => {
    const queue = new ObservationQueue();
    const first = queue.next();
    queue.push(told(1));
    queue.push({ kind: 'lagged', count: 3 });
    queue.push(told(5));
    queue.push({ kind: 'closed' });
    queue.push(told(6));
    assert.deepEqual(await first, { kind: 'event', event: anEvent(1) });
    assert.deepEqual(await queue.next(), { kind: 'lagged', count: 3 });
    assert.deepEqual(await queue.next(), { kind: 'event', event: anEvent(5) });
    assert.deepEqual(await queue.next(), { kind: 'closed' });
    assert.deepEqual(await queue.next(), { kind: 'closed' });
  });

  it('keeps the newest 256 for a reader that is slow, and counts the others', async () => {
    const queue = new ObservationQueue();
    for (let i = 1; i <= 1000; i += 1) queue.push(told(i));
    assert.deepEqual(await queue.next(), { kind: 'lagged', count: 744 });
    assert.deepEqual(await queue.next(), { kind: 'event', event: anEvent(745) });
  });

  it('counts what makes no sense as missed', async () => {
    const queue = new ObservationQueue();
    queue.push({ kind: 'event', event: { sequence: 'one' } });
    assert.deepEqual(await queue.next(), { kind: 'lagged', count: 1 });
  });
});
