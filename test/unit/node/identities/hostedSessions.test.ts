import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import type { AgentIdentity } from '../../../../src/core/identities/agentIdentity.ts';
import { heddleRootAt } from '../../../../src/node/heddleRoot.ts';
import { HostedSessions } from '../../../../src/node/identities/identitySessions.ts';
import { writeHeaderFile } from '../../../../src/node/sessions/sessionHeaderFile.ts';
import { sessionFolder, sessionsFolder } from '../../../../src/node/sessions/sessionsFolder.ts';
import { ContinuityWorld, docs, reviewer } from './continuityWorld.ts';

describe('The sessions of named agents', () => {
  let world: ContinuityWorld;
  let sessions: HostedSessions;
  beforeEach(() => {
    world = new ContinuityWorld();
    const { probe, clock, root } = world;
    sessions = new HostedSessions({
      ...{ location: heddleRootAt(root), probe, clock, env: {} },
      program: { node: process.execPath, cli: '/nowhere' },
      client: { name: 'a test', kind: 'window', pid: process.pid },
    });
  });
  afterEach(() => world.dispose());

  async function begun(
    name: string,
    how: { readonly identity?: AgentIdentity; readonly prompt: string; readonly atMs: number },
  ): Promise<string> {
    const folder = sessionsFolder(heddleRootAt(world.root));
    const sessionId = `20260601-120000-${name}`;
    mkdirSync(sessionFolder(folder, sessionId), { recursive: true });
    const { prompt, identity, atMs: createdAtMs } = how;
    const spec = { kind: 'run', agent: 'claude', prompt, cwd: world.root, identity } as const;
    await writeHeaderFile(folder, { sessionId, spec, createdAtMs });
    return sessionId;
  }

  it('are known with what they were begun with, since a moment and of one agent', async () => {
    assert.deepEqual(await sessions.since(reviewer, 0), []);
    await begun('00000001', { identity: reviewer, prompt: 'early', atMs: 999 });
    const one = await begun('00000002', { identity: reviewer, prompt: 'one', atMs: 1000 });
    await begun('00000003', { identity: docs, prompt: 'other', atMs: 1001 });
    await begun('00000004', { prompt: 'nobody', atMs: 1001 });
    assert.deepEqual(await sessions.since(reviewer, 1000), [{ sessionId: one, prompt: 'one' }]);
  });
});
