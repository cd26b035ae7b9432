import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { ConversationBridge } from '../../../src/node/identities/conversationBridge.ts';
import { IdentityOwner } from '../../../src/node/identities/identityOwner.ts';
import { IdentitySpecFiles } from '../../../src/node/identities/identitySpecFiles.ts';
import {
  openContinuity,
  type OpenContinuity,
} from '../../../src/node/identities/openContinuity.ts';
import type { ContinuityObserver } from '../../../src/node/identities/writeSteps.ts';
import type { FileSessions } from './fileSessions.ts';

export interface DeliveringOwnerOptions {
  /** Holds `root` and `home`. */
  readonly top: string;
  readonly instance: string;
  readonly sessions: FileSessions;
  readonly clock: Clock;
  readonly leaseTtlMs?: number | undefined;
  readonly observe?: ContinuityObserver | undefined;
}

/** An owner on real files whose sessions need no agent. */
export function openDeliveringOwner({
  top,
  instance,
  sessions,
  clock,
  leaseTtlMs,
  observe,
}: DeliveringOwnerOptions): { readonly owner: IdentityOwner; readonly continuity: OpenContinuity } {
  const root = join(top, 'root');
  const continuity = openContinuity(heddleRootAt(root), {
    ...{ home: join(top, 'home'), clock, observe, label: instance, ttlMs: leaseTtlMs },
  });
  const shared = { clock, logger: silentLogger, random: randomBytes };
  const bridge = new ConversationBridge({
    ...{ ...shared, sessions, cwd: root },
    expectAgent: (id) => ({ id, name: id, command: `/bin/${id}`, args: [] }),
  });
  const owner = new IdentityOwner({
    ...{ ...shared, continuity, bridge, specs: new IdentitySpecFiles(root), instance, leaseTtlMs },
    monotonicNow: () => performance.now(),
  });
  return { owner, continuity };
}
