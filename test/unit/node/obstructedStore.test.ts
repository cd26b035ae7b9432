import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { AgentRegistry } from '../../../src/core/agents/agentRegistry.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { openRegistry } from '../../../src/node/openRegistry.ts';
import { buildEntry, entryText } from '../../support/entryBuilder.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { makeAgentsFolder, makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';

describe('the registry where something else is in the way', () => {
  let root: string;
  beforeEach(() => {
    root = makeTempFolder();
  });
  afterEach(() => removeTempFolder(root));

  function open(): AgentRegistry {
    return openRegistry(heddleRootAt(root)).registry;
  }

  it('a .lock that is a folder: reading goes on, nothing is written, and the error says what to move', async () => {
    const folder = makeAgentsFolder(root);
    writeFileSync(join(folder, 'agent-good.toml'), entryText('agent-good'));
    mkdirSync(join(folder, '.lock'));
    const message = await rejectsWith(open().save(buildEntry('x')), 'lock-unavailable');
    assert.match(message, /\.lock cannot be locked.*stands where the lock file belongs.*move it/);
    assert.equal((await open().list()).length, 1);
    assert.deepEqual(readdirSync(folder).sort(), ['.lock', 'agent-good.toml']);
    assert.ok(statSync(join(folder, '.lock')).isDirectory());
  });

  it('a .lock that is a link is not followed', async () => {
    const folder = makeAgentsFolder(root);
    symlinkSync(join(root, 'precious'), join(folder, '.lock'));
    await rejectsWith(open().save(buildEntry('x')), 'lock-unavailable');
    assert.equal(existsSync(join(root, 'precious')), false);
    assert.deepEqual(readdirSync(folder), ['.lock']);
  });

  it('a .heddle that is a file: there are no agents, and a write says what is wrong', async () => {
    writeFileSync(join(root, '.heddle'), 'mine');
    assert.deepEqual(await open().list(), []);
    const message = await rejectsWith(open().save(buildEntry('x')), 'io');
    assert.match(message, /\.heddle.agents cannot be created/);
    assert.equal(readFileSync(join(root, '.heddle'), 'utf8'), 'mine');
  });

  it('a .heddle/agents that is a file: it cannot be read, written or lost', async () => {
    const folder = join(root, '.heddle', 'agents');
    mkdirSync(join(root, '.heddle'));
    writeFileSync(folder, 'mine');
    assert.match(await rejectsWith(open().list(), 'io'), /agents cannot be read/);
    assert.match(await rejectsWith(open().save(buildEntry('x')), 'io'), /agents cannot be created/);
    assert.equal(readFileSync(folder, 'utf8'), 'mine');
  });

  it('a .heddle that is a link to a folder is used', async () => {
    mkdirSync(join(root, 'elsewhere'));
    symlinkSync(join(root, 'elsewhere'), join(root, '.heddle'));
    await open().save(buildEntry('x'));
    assert.ok(existsSync(join(root, 'elsewhere', 'agents', 'x.toml')));
  });
});
