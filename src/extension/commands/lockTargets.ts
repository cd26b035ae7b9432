import * as vscode from 'vscode';
import { RegistryError } from '../../core/agents/registryError.ts';
import type { LockPath } from '../../core/locks/lockPath.ts';
import { parseLockElement } from '../../presentation/lockElement.ts';
import type { LockSet, RootLocks } from '../lockSet.ts';
import { elementsOf } from './selectAgents.ts';

/** What a command about locks is about. */
export interface LockTarget {
  readonly root: RootLocks;
  readonly path: LockPath;
  /** Where a row said it, whose lock is meant. */
  readonly holderId?: number | undefined;
  /** Where a file of a workspace folder was named. */
  readonly uri?: vscode.Uri | undefined;
}

/**
 * The paths that a command was given: rows, or one or several files. Nothing for anything else.
 * @throws RegistryError `outside-root`, `invalid-path`, or `not-found` when only rows were given and
 * their root is gone
 */
export function givenTargets(
  args: readonly unknown[],
  locks: Pick<LockSet, 'get' | 'roots'>,
): readonly LockTarget[] {
  const uris = urisOf(args);
  if (uris.length > 0) return unique(uris.map((uri) => targetOfFile(uri, locks)));
  const elements = elementsOf(args);
  const targets = elements
    .map((element) => targetOfRow(element, locks))
    .filter((target) => target !== undefined);
  if (targets.length > 0 || elements.length === 0) return unique(targets);
  throw new RegistryError('not-found', vscode.l10n.t('This row names no path that can be locked.'));
}

/** What was given, else the file in the active editor if it is one of this workspace. */
export function givenOrActiveTargets(
  args: readonly unknown[],
  locks: Pick<LockSet, 'get' | 'roots'>,
): readonly LockTarget[] {
  const given = givenTargets(args, locks);
  if (given.length > 0) return given;
  const uri = activeFile();
  return uri === undefined ? [] : [targetOfFile(uri, locks)];
}

/** The file in the active editor, text or not. */
export function activeFile(): vscode.Uri | undefined {
  const input: unknown = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputTextDiff) return fileOnly(input.modified);
  const hasUri =
    input instanceof vscode.TabInputText ||
    input instanceof vscode.TabInputCustom ||
    input instanceof vscode.TabInputNotebook;
  const uri = hasUri ? input.uri : vscode.window.activeTextEditor?.document.uri;
  return uri && fileOnly(uri);
}

/** @throws RegistryError `outside-root`, `invalid-path` */
export function targetOfFile(uri: vscode.Uri, { roots }: Pick<LockSet, 'roots'>): LockTarget {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  const root = roots.find((each) => folder !== undefined && each.root.folders.includes(folder));
  if (root === undefined || uri.scheme !== 'file') {
    const message = vscode.l10n.t(
      '{0} is in no folder of this workspace, so it cannot be locked here.',
      uri.fsPath,
    );
    throw new RegistryError('outside-root', message, { file: uri.fsPath });
  }
  return { root, path: root.paths.toLockPath(uri.fsPath, root.root.location.root), uri };
}

function targetOfRow(element: string, locks: Pick<LockSet, 'get'>): LockTarget | undefined {
  const ref = parseLockElement(element);
  const root = ref && locks.get(ref.root);
  if (root === undefined || ref === undefined || ref.kind === 'holder') return undefined;
  return {
    root,
    path: ref.path,
    holderId: ref.kind === 'lock' || ref.kind === 'wait' ? ref.holderId : undefined,
  };
}

/** All selected files, else the clicked one. */
function urisOf([clicked, selected]: readonly unknown[]): readonly vscode.Uri[] {
  const many = Array.isArray(selected) ? selected.filter(isUri) : [];
  if (many.length > 0) return many;
  return isUri(clicked) ? [clicked] : [];
}

function isUri(value: unknown): value is vscode.Uri {
  return value instanceof vscode.Uri;
}

function fileOnly(uri: vscode.Uri): vscode.Uri | undefined {
  return uri.scheme === 'file' ? uri : undefined;
}

function unique(targets: readonly LockTarget[]): readonly LockTarget[] {
  return targets.filter(
    (target, i) =>
      targets.findIndex(({ root, path }) => root === target.root && path === target.path) === i,
  );
}
