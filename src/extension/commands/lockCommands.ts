import * as vscode from 'vscode';
import type { LockGrant } from '../../core/locks/lockRequest.ts';
import { conflictToJson, grantToJson } from '../../presentation/lockJson.ts';
import { pathText } from '../../presentation/lockedPathText.ts';
import { toPickText } from '../../presentation/plainText.ts';
import type { RootLocks } from '../lockSet.ts';
import type { WindowHolder } from '../windowHolder.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';
import { pickFolder } from './folderPick.ts';
import { tellRefusal } from './lockRefusal.ts';
import {
  givenOrActiveTargets,
  givenTargets,
  targetOfFile,
  type LockTarget,
} from './lockTargets.ts';
import { notify } from './notify.ts';

type LockServices = Pick<CommandServices, 'locks' | 'windowHolder'>;

/**
 * Locks files by hand until they are released, all of them or none. Resolves to what the command line
 * prints: `{outcome, grants, holders}`.
 */
export function createLockFileCommand(services: LockServices): CommandHandler {
  return async (...args) => {
    const targets = givenOrActiveTargets(args, services.locks);
    if (targets.length > 0) return lockByHand(targets, services);
    const { t } = vscode.l10n;
    notify('information', t('Open a file of this workspace first, or choose one in the explorer.'));
    return undefined;
  };
}

/** The same for folders; from the palette it asks which. */
export function createLockFolderCommand(services: LockServices): CommandHandler {
  return async (...args) => {
    const given = givenTargets(args, services.locks);
    if (given.length > 0) return lockByHand(given, services);
    const folder = await pickFolder(vscode.l10n.t('Lock Folder'));
    if (folder === undefined) return undefined;
    return lockByHand([targetOfFile(folder, services.locks)], services);
  };
}

interface Granted {
  readonly root: RootLocks;
  readonly grants: readonly LockGrant[];
}

async function lockByHand(
  targets: readonly LockTarget[],
  { windowHolder }: LockServices,
): Promise<unknown> {
  const granted: Granted[] = [];
  let isDone = false;
  try {
    for (const root of new Set(targets.map((target) => target.root))) {
      const paths = targets.filter((target) => target.root === root).map(({ path }) => path);
      const ref = await windowHolder.ref(root);
      const outcome = await root.locks.lock(ref, { paths, isUntilReleased: true });
      if (outcome.kind === 'held') {
        tellRefusal(root, outcome.conflicts);
        return { outcome: 'held', grants: [], holders: outcome.conflicts.map(conflictToJson) };
      }
      granted.push({ root, grants: outcome.grants });
    }
    isDone = true;
  } finally {
    if (!isDone) await giveBack(granted, windowHolder);
    await Promise.all(granted.map(({ root }) => root.refresh()));
  }
  const grants = granted.flatMap((each) => each.grants);
  vscode.window.setStatusBarMessage(`$(lock) ${toPickText(lockedText(grants))}`, 5000);
  return { outcome: 'granted', grants: grants.map(grantToJson), holders: [] };
}

/** Repositories have no lock in common, so what one granted is given back when the next refuses. */
async function giveBack(granted: readonly Granted[], holder: WindowHolder): Promise<void> {
  for (const { root, grants } of granted) {
    const fresh = grants.filter(({ lock }) => lock.grantedAtMs === lock.refreshedAtMs);
    if (fresh.length === 0) continue;
    await root.locks.release(
      await holder.ref(root),
      fresh.map(({ path }) => path),
    );
  }
}

function lockedText(grants: readonly LockGrant[]): string {
  const { t } = vscode.l10n;
  const [only] = grants;
  return grants.length === 1 && only !== undefined
    ? t('Locked until you unlock it: {0}', pathText(only.path, t))
    : t('Locked until you unlock them: {0} paths', grants.length);
}
