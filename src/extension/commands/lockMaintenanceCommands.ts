import { join } from 'node:path';
import * as vscode from 'vscode';
import type { HolderSnapshot } from '../../core/locks/lockSnapshot.ts';
import type { ReapedHolder } from '../../core/locks/holderReaping.ts';
import { shortDuration } from '../../presentation/duration.ts';
import { holderName } from '../../presentation/holderWording.ts';
import type { RootLocks } from '../lockSet.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';
import { confirm, notify } from './notify.ts';
import { pickRoot } from './registryCommands.ts';

/** Somebody who would be reaped. */
interface SilentHolder {
  readonly root: RootLocks;
  readonly silent: HolderSnapshot;
}

const maxNamed = 8;

/** Shows who is silent or gone and, after a yes, marks them and drops what they held. */
export function createReapHoldersCommand({
  locks,
}: Pick<CommandServices, 'locks'>): CommandHandler {
  return async () => {
    const { t } = vscode.l10n;
    await locks.refresh();
    const silent = locks.roots.flatMap((root) =>
      root.snapshot.holders.filter(isReapable).map((each): SilentHolder => {
        return { root, silent: each };
      }),
    );
    if (silent.length === 0) {
      notify('information', t('Nobody who holds or held a file is silent.'));
      return { reaped: [] };
    }
    const question =
      silent.length === 1
        ? t('Reap 1 silent holder?')
        : t('Reap {0} silent holders?', silent.length);
    if (!(await confirm(question, { detail: detailOf(silent), button: t('Reap') }))) {
      return undefined;
    }
    const reaped: ReapedHolder[] = [];
    for (const root of new Set(silent.map((each) => each.root))) {
      reaped.push(...(await root.locks.reap()));
      await root.refresh();
    }
    const dropped = reaped.reduce((count, each) => count + each.dropped.length, 0);
    notify('information', t('Reaped {0} holders; {1} locks dropped.', reaped.length, dropped));
    return { reaped: reaped.map(reapedToJson) };
  };
}

/** Silent for too long or gone, or with locks that are over and still recorded. */
function isReapable({ holder, isCrashed, locks }: HolderSnapshot): boolean {
  return holder.locks.size > locks.length || (holder.state === 'active' && isCrashed);
}

function detailOf(silent: readonly SilentHolder[]): readonly string[] {
  const { t } = vscode.l10n;
  const lines = silent.slice(0, maxNamed).map(({ silent: each }) => {
    const { holder } = each;
    const ago = shortDuration(Date.now() - holder.lastSeenMs);
    return t('{0}: last seen {1} ago, {2} locks', holderName(each, t), ago, holder.locks.size);
  });
  const more = silent.length - lines.length;
  return more > 0 ? [...lines, t('{0} more', more)] : lines;
}

function reapedToJson({ holder, dropped }: ReapedHolder): unknown {
  return { agent: holder.id, name: holder.name, dropped: dropped.map(({ path }) => path) };
}

/** Writes all holders and locks of a root to a file that the person names, in the exchanged form. */
export function createExportSnapshotCommand({
  locks,
  registries,
}: Pick<CommandServices, 'locks' | 'registries'>): CommandHandler {
  return async () => {
    const { t } = vscode.l10n;
    const picked = await pickRoot(registries.roots, t('Export the locks of which folder?'));
    const root = picked && locks.get(picked.location.root);
    if (root === undefined) return undefined;
    const target = await vscode.window.showSaveDialog({
      title: t('Export Lock Snapshot'),
      defaultUri: vscode.Uri.file(join(root.root.location.root, 'file-locks.json')),
      filters: { JSON: ['json'] },
    });
    if (target === undefined) return undefined;
    const snapshot = await root.locks.export();
    const text = `${JSON.stringify(snapshot, null, 2)}\n`;
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
    notify('information', t('Exported {0} holders to {1}.', snapshot.agents.length, target.fsPath));
    return { file: target.fsPath, holders: snapshot.agents.length };
  };
}
