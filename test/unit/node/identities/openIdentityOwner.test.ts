import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { silentLogger } from '../../../../src/base/logger.ts';
import { heddleRootAt } from '../../../../src/node/heddleRoot.ts';
import { IdentitySpecFiles } from '../../../../src/node/identities/identitySpecFiles.ts';
import {
  openIdentityOwner,
  type OpenIdentityOwnerOptions,
} from '../../../../src/node/identities/openIdentityOwner.ts';
import { ContinuityWorld } from './continuityWorld.ts';

describe('Opening an owner of named agents', () => {
  let world: ContinuityWorld;
  beforeEach(() => {
    world = new ContinuityWorld();
  });
  afterEach(() => world.dispose());

  function options(): OpenIdentityOwnerOptions {
    const { probe, clock, root } = world;
    return {
      ...{ location: heddleRootAt(root), worktree: root, label: 'a test', probe, clock },
      expectAgent: (id) => ({ id, name: id, command: `/bin/${id}`, args: [] }),
      program: { node: process.execPath, cli: '/nowhere' },
      ...{ env: {}, client: { name: 'a test', kind: 'window', pid: process.pid } },
      logger: silentLogger,
    };
  }

  it('touches nothing, and gives what it was made of', async () => {
    const { home } = world;
    const opened = openIdentityOwner({ ...options(), home });
    assert.equal(opened.owner.runtime.bridge, opened.bridge);
    assert.equal(opened.owner.runtime.runtimeInstanceId, opened.instance);
    assert.equal(opened.specs.folder, new IdentitySpecFiles(world.root).folder);
    assert.equal(existsSync(world.continuity), false);
    await opened.owner.stop();
  });

  it('takes what is open already', async () => {
    const given = { continuity: world.open(), specs: new IdentitySpecFiles(world.root) };
    const opened = openIdentityOwner({ ...options(), ...given, instance: 'window-1' });
    assert.equal(opened.continuity, given.continuity);
    assert.equal(opened.specs, given.specs);
    assert.equal(opened.owner.runtime.runtimeInstanceId, 'window-1');
    assert.equal(opened.owner.runtime.continuityStore, given.continuity.store);
    await opened.owner.stop();
  });

  it('61: refuses a place of its own together with what is open already', () => {
    const continuity = world.open();
    const own = { home: world.home, mirrorFolder: '/mirror', leaseTtlMs: 1000 } as const;
    for (const [name, value] of Object.entries(own)) {
      assert.throws(
        () => openIdentityOwner({ ...options(), continuity, [name]: value }),
        new RegExp(`"continuity" and ${name} are mutually exclusive.*Leave one out`),
      );
    }
  });
});
