import { basename } from 'node:path';
import * as vscode from 'vscode';
import { tryParseLockPath } from '../core/locks/lockPath.ts';
import { newestKeptBefore, readKeptBefore } from '../node/harnessSessions/keptBefore.ts';
import { sessionRecordsFolder } from '../node/harnessSessions/sessionRecordFile.ts';
import { headVersion } from '../node/headVersion.ts';
import { localTime } from '../presentation/duration.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import { incidentParties } from '../presentation/violationHistory.ts';
import { notify } from './commands/notify.ts';
import type { LockSet } from './lockSet.ts';
import type { LocatedIncident } from './violations.ts';
import type { VirtualTexts } from './virtualTexts.ts';

const maxShown = 50;

/** A file with the version that it is compared with. */
export interface ShownChange {
  readonly file: vscode.Uri;
  readonly source: 'kept' | 'head' | 'none';
}

interface Comparison extends ShownChange {
  readonly title: string;
  readonly before: vscode.Uri | undefined;
  readonly after: vscode.Uri;
}

/**
 * Shows what a violation changed: the copy from before it, else the last commit, against the file as it
 * is now.
 */
export class ViolationChanges {
  constructor(
    private readonly locks: Pick<LockSet, 'get'>,
    private readonly texts: Pick<VirtualTexts, 'add'>,
  ) {}

  /** Empty when none of the files can be found. */
  async show(incidents: readonly LocatedIncident[]): Promise<readonly ShownChange[]> {
    const comparisons: Comparison[] = [];
    const seen = new Set<string>();
    for (const incident of incidents) {
      for (const path of incident.incident.event.paths.slice(0, maxShown)) {
        const made = await this.compare(incident, path);
        const key = made?.file.toString() ?? '';
        if (made === undefined || seen.has(key)) continue;
        seen.add(key);
        comparisons.push(made);
      }
    }
    await open(comparisons);
    return comparisons.map(({ file, source }) => ({ file, source }));
  }

  private async compare(where: LocatedIncident, text: string): Promise<Comparison | undefined> {
    const { t } = vscode.l10n;
    const path = tryParseLockPath(text);
    const file = path === undefined ? undefined : await this.fileOf(where, path);
    if (path === undefined || file === undefined) return undefined;
    const { root, incident } = where;
    const name = toPlainLine(basename(file.fsPath), 80);
    const after = (await isFile(file)) ? file : this.texts.add(file.path, '');
    const kept = await newestKeptBefore(sessionRecordsFolder(root.location), path, {
      beforeMs: incident.event.atMs,
    });
    const copy = kept && (await readKeptBefore(kept));
    if (kept && copy) {
      const title = t('{0}: copy of {1} ↔ now', name, localTime(kept.keptAtMs).slice(11));
      return { file, source: 'kept', title, before: this.texts.add(file.path, copy), after };
    }
    // Asking git starts a process in the repository.
    const head = vscode.workspace.isTrusted ? await headVersion(file.fsPath) : undefined;
    if (head) {
      const title = t('{0}: last commit ↔ now (no copy from before)', name);
      return { file, source: 'head', title, before: this.texts.add(file.path, head), after };
    }
    return { file, source: 'none', title: name, before: undefined, after };
  }

  /** In the checkout of whoever did it, else of whoever holds it, else in the first of this window. */
  private async fileOf(
    { root, incident }: LocatedIncident,
    path: string,
  ): Promise<vscode.Uri | undefined> {
    const paths = this.locks.get(root.location.root)?.paths;
    const { doer, holder } = incidentParties(incident.event);
    const worktrees = [doer, holder].flatMap((party) => {
      const agent = root.snapshot.agents.find(({ entry }) => entry.sessionId === party?.sessionId);
      return agent?.entry.path ?? [];
    });
    const folders = [...worktrees, ...root.folders.map(({ uri }) => uri.fsPath)];
    const files = folders.flatMap((folder) => {
      const file = paths?.toAbsolute(path, folder);
      return file === undefined ? [] : [vscode.Uri.file(file)];
    });
    for (const file of files) if (await isFile(file)) return file;
    // What was removed is compared with nothing.
    return files[0];
  }
}

async function open(comparisons: readonly Comparison[]): Promise<void> {
  const { t } = vscode.l10n;
  const shown = comparisons.filter(({ before }) => before !== undefined);
  const [first] = shown;
  const lone = comparisons.find(({ before }) => before === undefined);
  if (shown.length === 1 && first?.before !== undefined) {
    const { before, after, title } = first;
    await vscode.commands.executeCommand('vscode.diff', before, after, title, { preview: true });
  } else if (shown.length > 1) {
    const resources = shown.map(({ file, before, after }) => [file, before, after]);
    const title = t('{0} files changed past the locks', shown.length);
    await vscode.commands.executeCommand('vscode.changes', title, resources);
  } else if (lone) {
    if (await isFile(lone.file)) await vscode.commands.executeCommand('vscode.open', lone.file);
    notify(
      'information',
      t('No version of {0} from before was kept, so that nothing can be compared.', lone.title),
    );
  }
}

async function isFile(uri: vscode.Uri): Promise<boolean> {
  try {
    return ((await vscode.workspace.fs.stat(uri)).type & vscode.FileType.File) !== 0;
  } catch {
    return false;
  }
}
