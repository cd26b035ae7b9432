import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import {
  endpointProblem,
  newEndpointPath,
  type EndpointPlace,
} from '../../../../src/node/sessions/endpointFolder.ts';
import { attachToSession } from '../../../../src/node/sessions/attachToSession.ts';
import { makeTempFolder, removeTempFolder } from '../../../support/tempFolder.ts';
import { aHeader, putSession } from './sessionFolders.ts';

const userId = process.getuid?.() ?? 0;

describe('The address of a host', function () {
  let root: string;
  let servers: Server[];
  beforeEach(() => {
    root = makeTempFolder();
    servers = [];
  });
  afterEach(async () => {
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
    removeTempFolder(root);
  });

  function place(fields: Partial<EndpointPlace> = {}): EndpointPlace {
    const temporary = join(root, 'tmp');
    mkdirSync(temporary, { recursive: true });
    return { platform: 'linux', env: {}, home: root, temporary, userId, ...fields };
  }

  async function listen(path: string): Promise<string> {
    const server = createServer();
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return path;
  }

  it('is a pipe that cannot be guessed on Windows, and no other pipe is believed', () => {
    const windows = place({ platform: 'win32', userId: undefined });
    const path = newEndpointPath(windows);
    assert.match(path, /^\\\\\.\\pipe\\heddle-agents-[0-9a-f]{32}$/);
    assert.notEqual(newEndpointPath(windows), path);
    assert.equal(endpointProblem(path, windows), undefined);
    for (const other of ['\\\\.\\pipe\\docker_engine', `\\\\server\\pipe\\x`, `${path}\\..\\x`]) {
      assert.match(endpointProblem(other, windows) ?? '', /no pipe of a session/);
    }
  });

  if (process.platform === 'win32') return;

  it('is a short name in a folder of this user alone', async () => {
    const path = newEndpointPath(place());
    assert.equal(statSync(dirname(path)).mode & 0o777, 0o700);
    assert.equal(dirname(path), join(root, 'tmp', `heddle-agents-${userId}`));
    assert.match(endpointProblem(path, place()) ?? '', /is gone/);
    await listen(path);
    assert.equal(endpointProblem(path, place()), undefined);
  });

  it('is in the folder that the system has for it, where there is one', () => {
    const runtime = join(root, 'run');
    mkdirSync(runtime);
    const path = newEndpointPath(place({ env: { XDG_RUNTIME_DIR: runtime } }));
    assert.equal(dirname(dirname(path)), runtime);
    const relative = newEndpointPath(place({ env: { XDG_RUNTIME_DIR: 'run' } }));
    assert.equal(dirname(dirname(relative)), join(root, 'tmp'));
  });

  it('is closed to others even when it was open before', () => {
    const folder = join(place().temporary, `heddle-agents-${userId}`);
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    newEndpointPath(place());
    assert.equal(statSync(folder).mode & 0o077, 0);
  });

  it('is elsewhere when somebody else was there first, or the path is too long', () => {
    const { temporary } = place();
    symlinkSync(root, join(temporary, `heddle-agents-${userId}`));
    const own = join(root, '.heddle-agents', `heddle-agents-${userId}`);
    assert.equal(dirname(newEndpointPath(place())), own);
    const long = join(root, 'x'.repeat(120));
    assert.equal(dirname(newEndpointPath(place({ temporary: long }))), own);
    assert.throws(() => newEndpointPath(place({ temporary: long, home: long })), /too long/);
  });

  it('is believed only where this user alone can have put it', async () => {
    const folder = join(root, 'tmp', `heddle-agents-${userId}`);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const name = 'abcdef012345.sock';
    const good = await listen(join(folder, name));
    assert.equal(endpointProblem(good, place()), undefined);

    const other = await listen(join(root, name));
    const problems: readonly (readonly [string, RegExp])[] = [
      [other, /no socket of a session/],
      [join(folder, '..', name), /no socket of a session/],
      [`heddle-agents-${userId}/${name}`, /no socket of a session/],
      ['/var/run/docker.sock', /no socket of a session/],
      [join(folder, 'agent.sock'), /no socket of a session/],
    ];
    for (const [path, problem] of problems) {
      assert.match(endpointProblem(path, place()) ?? '', problem, path);
    }
    writeFileSync(join(folder, '000000000000.sock'), '');
    assert.match(endpointProblem(join(folder, '000000000000.sock'), place()) ?? '', /is no socket/);
    symlinkSync(other, join(folder, '111111111111.sock'));
    assert.match(endpointProblem(join(folder, '111111111111.sock'), place()) ?? '', /is no socket/);
    chmodSync(folder, 0o755);
    assert.match(endpointProblem(good, place()) ?? '', /open to others/);
    chmodSync(folder, 0o700);
    const stranger = place({ userId: userId + 1 });
    const theirs = join(root, 'tmp', `heddle-agents-${userId + 1}`);
    mkdirSync(theirs, { mode: 0o700 });
    await listen(join(theirs, name));
    assert.match(endpointProblem(join(theirs, name), stranger) ?? '', /belongs to somebody else/);
  });

  it('that a repository brings along is never connected to', async () => {
    const folder = join(root, 'sessions');
    const own = putSession(folder, aHeader('session-a'));
    let connections = 0;
    const endpoint = await listen(join(root, 'trap.sock'));
    servers[0]?.on('connection', () => (connections += 1));
    writeFileSync(join(own, 'host.json'), JSON.stringify({ v: 1, endpoint, token: 'x' }));
    const client = { name: 'Ann', kind: 'cli', pid: 1 } as const;
    const attaching = attachToSession(folder, { sessionId: 'session-a', client, place: place() });
    await assert.rejects(attaching, { name: 'HostError', code: 'unreachable' });
    assert.equal(connections, 0);
  });
});
