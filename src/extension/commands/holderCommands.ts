import * as vscode from 'vscode';
import { RegistryError } from '../../core/agents/registryError.ts';
import { sessionIdOf } from '../../core/locks/lockHolder.ts';
import { lockKey } from '../../core/locks/lockPath.ts';
import type { HolderSnapshot } from '../../core/locks/lockSnapshot.ts';
import { overlaps } from '../../core/locks/pathOverlap.ts';
import { toAgentElement } from '../../presentation/agentElement.ts';
import { parseLockElement, toLockElement } from '../../presentation/lockElement.ts';
import { pathText } from '../../presentation/lockedPathText.ts';
import type { RootLocks } from '../lockSet.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';
import { fileOf } from './lockedFile.ts';
import { activeFile, givenTargets, type LockTarget } from './lockTargets.ts';
import { notify } from './notify.ts';
import { activeOrPickedHold } from './pickOthersHold.ts';

/** Tells once when paths are free. Nothing is written, so that it is no place in a queue. */
export function createTellWhenFreeCommand(
  services: Pick<CommandServices, 'locks' | 'othersHolds' | 'freeNotices'>,
): CommandHandler {
  return async (...args) => {
    const given = givenTargets(args, services.locks);
    const picked =
      given.length > 0
        ? given
        : [await activeOrPickedHold(vscode.l10n.t('Tell when which file is free?'), services)];
    const targets = picked.filter((target) => target !== undefined);
    if (targets.length === 0) return undefined;
    for (const { root, path, uri } of targets) services.freeNotices.watch({ root, path, uri });
    return { watching: targets.map(({ path }) => path) };
  };
}

/** Shows who holds a path: the agent in its view, else the lock in the view File Locks. */
export function createShowHolderCommand(
  services: Pick<
    CommandServices,
    'locks' | 'othersHolds' | 'registries' | 'view' | 'locksView' | 'windowHolder'
  >,
): CommandHandler {
  return async (clicked) => {
    const { t } = vscode.l10n;
    const ofRow = holderOfRow(clicked, services);
    if (ofRow) return showHolder(ofRow, services);
    const target =
      givenTargets([clicked], services.locks)[0] ??
      (await activeOrPickedHold(t('Show who holds which file?'), services));
    if (target === undefined) return undefined;
    const found = holderOf(target, services);
    if (found) return showHolder(found, services);
    notify('information', t('Nobody holds {0}.', pathText(target.path, t)));
    return undefined;
  };
}

interface ShownHolder {
  readonly root: RootLocks;
  readonly holder: HolderSnapshot;
  /** The path of its lock, as it was named. */
  readonly path: string | undefined;
}

function holderOfRow(
  element: unknown,
  { locks }: Pick<CommandServices, 'locks'>,
): ShownHolder | undefined {
  const ref = parseLockElement(element);
  if (ref === undefined || !('holderId' in ref)) return undefined;
  const root = locks.get(ref.root);
  const holder = root?.snapshot.holders.find((each) => each.holder.id === ref.holderId);
  if (root === undefined || holder === undefined) {
    throw new RegistryError('not-found', vscode.l10n.t('This holder is not there any more.'));
  }
  return { root, holder, path: ref.kind === 'lock' ? ref.path : undefined };
}

/** Somebody else before this window, which knows what it holds. */
function holderOf(
  { root, path }: LockTarget,
  { othersHolds, windowHolder }: Pick<CommandServices, 'othersHolds' | 'windowHolder'>,
): ShownHolder | undefined {
  const [other] = [...othersHolds.covering(root, path), ...othersHolds.overlapping(root, path)];
  if (other) return { root, holder: other.holder, path: other.held.lock.path };
  const mine = windowHolder.snapshotIn(root);
  const key = lockKey(path, root.snapshot.rules);
  const held = mine?.locks.find((each) => overlaps(each.key, key));
  return mine && held && { root, holder: mine, path: held.lock.path };
}

async function showHolder(
  { root, holder, path }: ShownHolder,
  { registries, view, locksView }: Pick<CommandServices, 'registries' | 'view' | 'locksView'>,
): Promise<unknown> {
  const folder = root.root.location.root;
  const sessionId = sessionIdOf(holder.holder);
  if (sessionId !== undefined && registries.find(folder, sessionId)) {
    await view.reveal(toAgentElement({ root: folder, sessionId }));
    return { holder: holder.holder.id, sessionId };
  }
  const at = path ?? holder.locks[0]?.lock.path;
  if (at !== undefined) {
    const holderId = holder.holder.id;
    await locksView.reveal(toLockElement({ kind: 'lock', root: folder, holderId, path: at }));
  }
  return { holder: holder.holder.id, sessionId: sessionId ?? null };
}

/** Compares what is in the editor with the file on disk. */
export function createCompareWithDiskCommand({
  locks,
}: Pick<CommandServices, 'locks'>): CommandHandler {
  return async (clicked) => {
    const [given] = givenTargets([clicked], locks);
    const uri = given ? (given.uri ?? (await fileOf(given))) : activeFile();
    if (uri === undefined) {
      notify('information', vscode.l10n.t('Open a file of this workspace first.'));
      return undefined;
    }
    await vscode.commands.executeCommand('workbench.files.action.compareWithSaved', uri);
    return { file: uri.fsPath };
  };
}
