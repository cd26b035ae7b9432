import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseAgentIdentity } from '../../../src/core/identities/agentIdentity.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { openContinuity } from '../../../src/node/identities/openContinuity.ts';
import { initRegistry } from '../../../src/node/initRegistry.ts';
import { StoreLocker } from '../../../src/node/storeLock.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';

const noKernelLock = { loadKernelLock: () => Promise.reject(new Error('it is not there')) };

describe('a root whose registry is portable', () => {
  let root: string;
  beforeEach(() => {
    root = makeTempFolder();
  });
  afterEach(() => removeTempFolder(root));

  const storeLock = (name: string): string => join(root, '.heddle', name, '.lock');

  it('has portable stores only, also those that are made later', async () => {
    await initRegistry(heddleRootAt(root), { isPortable: true });
    for (const name of ['file-locks', 'activity', 'continuity']) {
      const held = await new StoreLocker(storeLock(name), noKernelLock).acquire();
      held.assertStillHeld();
      const late = new StoreLocker(storeLock(name), { ...noKernelLock, timeoutMs: 0 });
      await rejectsWith(late.acquire(), 'lock-timeout');
      await held.release();
      assert.ok(existsSync(join(root, '.heddle', name, '.gitignore')));
    }
  });

  it('keeps the tokens of identities outside of itself in the portable way', async () => {
    await initRegistry(heddleRootAt(root), { isPortable: true });
    const home = join(root, 'home');
    const open = () => openContinuity(heddleRootAt(root), { home, lock: noKernelLock });
    const identity = parseAgentIdentity('reviewer');
    const first = (await open().leases.acquire([identity], 'first')).get(identity);
    assert.ok(first?.result === 'acquired');
    const again = (await open().leases.acquire([identity], 'first')).get(identity);
    assert.ok(again?.result === 'acquired' && again.grant.token > first.grant.token);
  });

  it('is no other root, whose stores need the lock of the kernel', async () => {
    await initRegistry(heddleRootAt(root));
    const locker = new StoreLocker(storeLock('file-locks'), noKernelLock);
    await rejectsWith(locker.acquire(), 'lock-unavailable');
  });
});
