import * as vscode from 'vscode';
import { holderName } from '../../presentation/holderWording.ts';
import { pathText } from '../../presentation/lockedPathText.ts';
import { countdownText } from '../../presentation/lockTimes.ts';
import { toPickText } from '../../presentation/plainText.ts';
import type { OthersHold } from '../othersHolds.ts';
import type { CommandServices } from './commandServices.ts';
import { activeFile, type LockTarget } from './lockTargets.ts';
import { notify } from './notify.ts';

interface HoldItem extends vscode.QuickPickItem {
  readonly hold: OthersHold;
}

const maxListed = 2000;

/** The active file when somebody else holds it, else what the person picks of everything that others hold. */
export async function activeOrPickedHold(
  title: string,
  { othersHolds }: Pick<CommandServices, 'othersHolds'>,
): Promise<LockTarget | undefined> {
  const { t } = vscode.l10n;
  const uri = activeFile();
  const active = uri && othersHolds.of(uri);
  if (uri && active) return { root: active.root, path: active.path, uri };
  const holds = othersHolds.all().slice(0, maxListed);
  if (holds.length === 0) {
    notify('information', t('Nobody else holds a file.'));
    return undefined;
  }
  const nowMs = Date.now();
  const items = holds.map((hold): HoldItem => {
    const who = `${holderName(hold.holder, t)} · ${countdownText(hold.held, nowMs, t)}`;
    return {
      hold,
      label: toPickText(pathText(hold.held.lock.path, t)),
      description: toPickText(who),
    };
  });
  const options = { title, placeHolder: title, matchOnDescription: true };
  const picked = await vscode.window.showQuickPick(items, options);
  if (picked === undefined) return undefined;
  const { root, holder, held } = picked.hold;
  return { root, path: held.lock.path, holderId: holder.holder.id };
}
