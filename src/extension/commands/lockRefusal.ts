import * as vscode from 'vscode';
import type { LockConflict } from '../../core/locks/lockRequest.ts';
import { toLockElement } from '../../presentation/lockElement.ts';
import { conflictSentence } from '../../presentation/lockWording.ts';
import type { CommandId } from '../ids.ts';
import type { RootLocks } from '../lockSet.ts';
import { commandAction, notify } from './notify.ts';

/** Says who stands in the way, why and until when, and offers what can be done about it. */
export function tellRefusal(root: RootLocks, conflicts: readonly LockConflict[]): void {
  const [first] = conflicts;
  if (first === undefined) return;
  const { t } = vscode.l10n;
  const known = root.snapshot.holders.find(({ holder }) => holder.id === first.holder.id);
  const sentence = conflictSentence(first, known, { nowMs: Date.now(), t });
  const others = new Set(conflicts.map(({ heldPath }) => heldPath)).size - 1;
  const more =
    others > 0 ? ` ${others === 1 ? t('1 more is held.') : t('{0} more are held.', others)}` : '';

  const folder = root.root.location.root;
  const wanted = [...new Set(conflicts.map(({ path }) => path))].map((path) =>
    toLockElement({ kind: 'path', root: folder, path }),
  );
  const held = toLockElement({
    kind: 'lock',
    root: folder,
    holderId: first.holder.id,
    path: first.heldPath,
  });
  const tell: CommandId = 'heddle.file.tellWhenFree';
  const show: CommandId = 'heddle.file.showHolder';
  const breakLock: CommandId = 'heddle.file.breakLock';
  notify('warning', `${sentence}${more}`, [
    commandAction(t('Tell Me When Free'), tell, wanted[0], wanted),
    commandAction(t('Show Holder'), show, held),
    // A place in a queue is nothing that can be broken.
    ...(first.kind === 'held' ? [commandAction(t('Break Lock…'), breakLock, held)] : []),
  ]);
}
