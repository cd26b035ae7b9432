import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Emitter } from '../../../../src/base/event.ts';
import { silentLogger } from '../../../../src/base/logger.ts';
import { RootSessions } from '../../../../src/extension/sessions/rootSessions.ts';
import type { SessionListChange } from '../../../../src/extension/sessions/sessionListSet.ts';
import { TranscriptFollower } from '../../../../src/extension/sessions/transcriptFollower.ts';
import type { RootRegistry } from '../../../../src/extension/registrySet.ts';
import { heddleRootAt } from '../../../../src/node/heddleRoot.ts';
import { recordHost } from '../../../../src/node/sessions/hostLiveness.ts';
import { createProcessProbe } from '../../../../src/node/processProbe.ts';
import { groupOf } from '../../../../src/presentation/sessions/rows/listedSession.ts';
import { eventually } from '../../../support/eventually.ts';
import { makeTempFolder, removeTempFolder } from '../../../support/tempFolder.ts';
import {
  addEvents,
  aHeader,
  anEvent,
  doneEvent,
  putSession,
} from '../../node/sessions/sessionFolders.ts';

const silent = (): undefined => undefined;

describe('the sessions of a root', () => {
  const probe = createProcessProbe();
  let folder: string;
  let opened: RootSessions[];
  let changes: ReadonlySet<string>[];
  let changed: Emitter<SessionListChange>;

  beforeEach(() => {
    folder = makeTempFolder();
    opened = [];
    changes = [];
    changed = new Emitter();
  });
  afterEach(() => {
    for (const each of opened) each.dispose();
    removeTempFolder(folder);
  });

  const open = (): RootSessions => {
    // What a root has besides is of no interest here.
    const root = { location: heddleRootAt(folder), probe, folders: [] } as unknown as RootRegistry;
    const onDidChange = (sessionIds: ReadonlySet<string>): void => {
      changes.push(sessionIds);
      changed.fire({ root: folder, sessionIds });
    };
    const sessions = new RootSessions(root, { logger: silentLogger, onDidChange });
    opened.push(sessions);
    return sessions;
  };
  const ours = async (sessionId: string) =>
    aHeader(sessionId, { host: await recordHost(probe, Date.now()) });
  const groups = (sessions: RootSessions): string =>
    sessions.sessions
      .map((each) => `${each.record.header.sessionId}:${groupOf(each)}`)
      .sort()
      .join();

  it('are followed as they come, go on, end and are deleted', async () => {
    const sessions = open();
    await eventually('it is known that there are none', () => sessions.isKnown);
    putSession(sessions.folder, await ours('session-1'), [anEvent(1)]);
    await eventually('it is listed', () => groups(sessions) === 'session-1:running');
    addEvents(sessions.folder, 'session-1', [doneEvent(2)]);
    await eventually('it has ended', () => groups(sessions) === 'session-1:ended');
    rmSync(join(sessions.folder, 'session-1'), { recursive: true });
    await eventually('it is gone', () => groups(sessions) === '');
    assert.ok(changes.slice(1).every((ids) => ids.has('session-1')));
  });

  it('are found though their folder was there before what is in it', async () => {
    const sessions = open();
    await eventually('it is known that there are none', () => sessions.isKnown);
    mkdirSync(join(sessions.folder, 'session-1'), { recursive: true });
    const stray = await ours('session-0');
    putSession(sessions.folder, stray, [anEvent(1)]);
    // By now the empty folder was looked at, and nothing more is told of it from above.
    await eventually('the other is listed', () => groups(sessions) === 'session-0:running');
    addEvents(sessions.folder, 'session-0', [doneEvent(2)]);
    await eventually('the other has ended', () => groups(sessions) === 'session-0:ended');
    putSession(sessions.folder, await ours('session-1'), [anEvent(1)]);
    await eventually('it is listed', () => groups(sessions).includes('session-1:running'));
  });

  it('are listed as soon as what could not be read is mended', async () => {
    const sessions = open();
    await eventually('it is known that there are none', () => sessions.isKnown);
    const own = join(sessions.folder, 'session-1');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'session.json'), '{');
    const problems = (): string => sessions.broken.map(({ problem }) => problem).join();
    await eventually('it is broken', () => problems().includes('JSON'));
    // With nothing else going on, nobody looks at it by chance.
    writeFileSync(join(own, 'session.json'), '{}');
    await eventually('it is broken in another way', () => problems().includes('sessionId'));
    putSession(sessions.folder, await ours('session-1'), [anEvent(1)]);
    await eventually('it is listed', () => groups(sessions) === 'session-1:running');
    assert.deepEqual(sessions.broken, []);
  });

  it('have failed when their host is gone', async () => {
    const sessions = open();
    putSession(sessions.folder, aHeader('session-1'), [anEvent(1)]);
    await eventually('it has failed', () => groups(sessions) === 'session-1:ended');
    assert.equal(sessions.get('session-1')?.record.state.state, 'failed');
  });

  it('are told of only when something of them changes', async () => {
    const sessions = open();
    putSession(sessions.folder, aHeader('session-1'), [anEvent(1), doneEvent(2)]);
    putSession(sessions.folder, await ours('session-2'), [anEvent(1)]);
    await eventually('both are listed', () => sessions.sessions.length === 2);
    await sessions.refresh();
    const [before, count] = [sessions.get('session-1'), changes.length];
    await sessions.refresh();
    assert.equal(changes.length, count);
    addEvents(sessions.folder, 'session-2', [anEvent(2)]);
    await eventually('it is told', () => changes.length > count);
    assert.deepEqual(changes.at(-1), new Set(['session-2']));
    assert.equal(sessions.get('session-1'), before);
  });

  const follow = (sessions: RootSessions): TranscriptFollower =>
    new TranscriptFollower(
      { root: folder, sessionId: 'session-1' },
      {
        lists: {
          get: () => sessions,
          find: ({ sessionId }) => sessions.get(sessionId),
          onDidChange: changed.event,
        },
        connections: {
          attach: () => Promise.reject(new Error('a restricted window asks nobody')),
          clientIn: () => assert.fail('a restricted window tells nobody who it is'),
        },
        isLive: false,
        onDidChange: silent,
        onDidFail: (error) => {
          throw error;
        },
      },
    );

  it('are read from their files alone where hosts may not be asked', async () => {
    const sessions = open();
    putSession(sessions.folder, await ours('session-1'), [anEvent(1)]);
    await eventually('it is listed', () => sessions.sessions.length === 1);
    const follower = follow(sessions);
    await eventually('it is read', () => follower.transcript?.entries.length === 1);
    addEvents(sessions.folder, 'session-1', [anEvent(2), doneEvent(3)]);
    await eventually('its end is read', () => follower.transcript?.entries.at(-1)?.kind === 'end');
    assert.equal(follower.transcript?.record.lastSequence, 3);
    follower.dispose();
  });

  it('end on their page when their host is gone', async () => {
    const sessions = open();
    putSession(sessions.folder, aHeader('session-1'), [anEvent(1)]);
    await eventually('it has failed', () => groups(sessions) === 'session-1:ended');
    const follower = follow(sessions);
    await eventually('it has failed', () => follower.transcript?.record.state.state === 'failed');
    follower.dispose();
  });
});
