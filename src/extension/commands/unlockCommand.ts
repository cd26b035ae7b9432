import * as vscode from 'vscode';
import { lockKey } from '../../core/locks/lockPath.ts';
import type { HeldPath } from '../../core/locks/lockSnapshot.ts';
import { covers } from '../../core/locks/pathOverlap.ts';
import type { EndedHold } from '../../core/locks/releasing.ts';
import { toLockElement } from '../../presentation/lockElement.ts';
import { endedHoldToJson } from '../../presentation/lockJson.ts';
import { pathText } from '../../presentation/lockedPathText.ts';
import { localTime } from '../../presentation/duration.ts';
import { toPickText } from '../../presentation/plainText.ts';
import type { CommandId } from '../ids.ts';
import type { RootLocks } from '../lockSet.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';
import { activeFile, givenTargets, targetOfFile, type LockTarget } from './lockTargets.ts';
import { commandAction, notify } from './notify.ts';
import { rootName } from './rootName.ts';

type UnlockServices = Pick<CommandServices, 'locks' | 'windowHolder'>;

/** A lock of this window. */
interface OwnHold {
  readonly root: RootLocks;
  readonly held: HeldPath;
}

/** Gives back what this window holds. Resolves to `{released}`, as the command line prints it. */
export function createUnlockCommand(services: UnlockServices): CommandHandler {
  return async (...args) => {
    const given = givenTargets(args, services.locks);
    if (given.length === 0) {
      const picked = await pickOwn(services);
      return picked === undefined ? undefined : release(picked, services);
    }
    const own = ownHolds(services);
    const exact = own.filter((hold) => given.some((target) => isAt(hold, target)));
    if (exact.length > 0) return release(exact, services);
    tellNotHeld(given, own);
    return { released: [] };
  };
}

async function release(
  holds: readonly OwnHold[],
  { windowHolder }: UnlockServices,
): Promise<unknown> {
  const released: EndedHold[] = [];
  for (const root of new Set(holds.map((hold) => hold.root))) {
    const paths = holds.filter((hold) => hold.root === root).map(({ held }) => held.lock.path);
    released.push(...(await root.locks.release(await windowHolder.ref(root), paths)));
    await root.refresh();
  }
  const { t } = vscode.l10n;
  const [only] = released;
  const text =
    released.length === 1 && only !== undefined
      ? t('Unlocked: {0}', pathText(only.lock.path, t))
      : t('Unlocked: {0} paths', released.length);
  vscode.window.setStatusBarMessage(`$(unlock) ${toPickText(text)}`, 5000);
  return { released: released.map(endedHoldToJson) };
}

function ownHolds({ locks, windowHolder }: UnlockServices): readonly OwnHold[] {
  return locks.roots.flatMap((root) =>
    (windowHolder.snapshotIn(root)?.locks ?? []).map((held) => ({ root, held })),
  );
}

function isAt({ root, held }: OwnHold, target: LockTarget): boolean {
  return root === target.root && held.key === lockKey(target.path, root.snapshot.rules);
}

/** What is held through a folder can only be given back with the folder. */
function tellNotHeld(given: readonly LockTarget[], own: readonly OwnHold[]): void {
  const [first] = given;
  if (first === undefined) return;
  const { t } = vscode.l10n;
  const key = lockKey(first.path, first.root.snapshot.rules);
  const around = own.find(({ root, held }) => root === first.root && covers(held.key, key));
  const shown = pathText(first.path, t);
  if (around === undefined) {
    notify('information', t('This window does not hold {0}.', shown));
    return;
  }
  const { path } = around.held.lock;
  const element = toLockElement({ kind: 'path', root: first.root.root.location.root, path });
  const unlock: CommandId = 'heddle.file.unlock';
  notify('information', t('You hold {0} through {1}.', shown, pathText(path, t)), [
    commandAction(t('Unlock {0}', pathText(path, t)), unlock, element),
  ]);
}

interface OwnItem extends vscode.QuickPickItem {
  readonly hold: OwnHold;
}

/** What is locked by hand, with the active file ticked; unsaved changes let go by being saved. */
async function pickOwn(services: UnlockServices): Promise<readonly OwnHold[] | undefined> {
  const { t } = vscode.l10n;
  const own = ownHolds(services).filter(({ held }) => !held.lock.isSoft);
  const [only] = own;
  if (only === undefined) {
    notify('information', t('This window holds no file.'));
    return undefined;
  }
  if (own.length === 1) return own;
  const active = activeTarget(services);
  const hasSeveralRoots = new Set(own.map(({ root }) => root)).size > 1;
  const items = own.map((hold): OwnItem => {
    const { root, held } = hold;
    const name = hasSeveralRoots ? rootName(root.root.location.root) : '';
    return {
      hold,
      label: toPickText(pathText(held.lock.path, t)),
      description: toPickText(name),
      detail: t('Since: {0}', localTime(held.lock.grantedAtMs)),
      picked: active !== undefined && isAt(hold, active),
    };
  });
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Unlock'),
    placeHolder: t('What to unlock'),
    canPickMany: true,
    matchOnDescription: true,
  });
  return picked === undefined || picked.length === 0 ? undefined : picked.map(({ hold }) => hold);
}

function activeTarget({ locks }: UnlockServices): LockTarget | undefined {
  const uri = activeFile();
  return uri && locks.locate(uri) ? targetOfFile(uri, locks) : undefined;
}
