import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { RegistryError } from '../../../core/agents/registryError.ts';
import type { SessionParent } from '../../../core/sessions/sessionSpec.ts';
import { parseAgentElement } from '../../../presentation/agentElement.ts';
import { activeFile } from '../../commands/lockTargets.ts';
import { pickRoot } from '../../commands/registryCommands.ts';
import type { RegistrySet, RootRegistry } from '../../registrySet.ts';
import type { SelectedText } from './selectionPrompt.ts';

/** Where, about what and for whom a session is to be started. */
export interface StartPlace {
  readonly root: RootRegistry;
  /** Absolute. */
  readonly cwd: string;
  readonly contextFiles: readonly string[];
  readonly parent?: SessionParent | undefined;
  readonly selection?: SelectedText | undefined;
}

type Registries = Pick<RegistrySet, 'roots' | 'find' | 'forFolder'>;

/** The root and folder of the active file, else of the folder that the person picks. */
export async function pickedPlace(registries: Registries): Promise<StartPlace | undefined> {
  const { t } = vscode.l10n;
  const uri = activeFile();
  const folder = uri && vscode.workspace.getWorkspaceFolder(uri);
  const active = folder && registries.forFolder(folder);
  if (folder && active) return { root: active, cwd: folder.uri.fsPath, contextFiles: [] };
  const root = await pickRoot(registries.roots, t('Start a session in which folder?'));
  return root && { root, cwd: folderOf(root), contextFiles: [] };
}

/**
 * Where a command was called: files or a folder, a selection, an agent's row, else the active file;
 * undefined when there is none of these. @throws RegistryError `outside-root`, `not-found`
 */
export async function givenPlace(
  args: readonly unknown[],
  registries: Registries,
): Promise<StartPlace | undefined> {
  const [clicked] = args;
  const agent = parseAgentElement(clicked);
  if (agent) return placeOfAgent(agent, registries);
  const uris = urisOf(args);
  const active = uris.length === 0 ? activeFile() : undefined;
  const [first] = active ? [active] : uris;
  return first && placeOfFiles(active ? [active] : uris, first, registries);
}

function placeOfAgent(
  { root, sessionId }: { readonly root: string; readonly sessionId: string },
  registries: Registries,
): StartPlace {
  const located = registries.find(root, sessionId);
  if (located === undefined) {
    const message = vscode.l10n.t('{0} is not there any more.', sessionId);
    throw new RegistryError('not-found', message, { sessionId });
  }
  const { entry } = located.agent;
  const cwd = entry.path ?? folderOf(located.root);
  return { root: located.root, cwd, contextFiles: [], parent: { sessionId } };
}

/** A single folder is where the agent works; anything else is what its prompt is about. */
async function placeOfFiles(
  uris: readonly vscode.Uri[],
  first: vscode.Uri,
  registries: Registries,
): Promise<StartPlace> {
  const folder = vscode.workspace.getWorkspaceFolder(first);
  const root = folder && registries.forFolder(folder);
  if (first.scheme !== 'file' || folder === undefined || root === undefined) {
    const message = vscode.l10n.t(
      '{0} is in no folder of this workspace, so no session can be started there.',
      first.fsPath,
    );
    throw new RegistryError('outside-root', message, { file: first.fsPath });
  }
  const isFolder = uris.length === 1 && (await isDirectory(first));
  if (isFolder) return { root, cwd: first.fsPath, contextFiles: [] };
  const contextFiles = uris.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
  return { root, cwd: folder.uri.fsPath, contextFiles, selection: selectionIn(first) };
}

function selectionIn(uri: vscode.Uri): SelectedText | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.uri.toString() !== uri.toString() || editor.selection.isEmpty) {
    return undefined;
  }
  const { document, selection } = editor;
  return {
    path: uri.fsPath,
    text: document.getText(selection),
    firstLine: selection.start.line + 1,
    // A selection that ends before the first character of a line does not mean that line.
    lastLine: Math.max(
      selection.start.line + 1,
      selection.end.line + (selection.end.character === 0 ? 0 : 1),
    ),
  };
}

/** All selected files, else the clicked one. */
function urisOf([clicked, selected]: readonly unknown[]): readonly vscode.Uri[] {
  const isUri = (value: unknown): value is vscode.Uri => value instanceof vscode.Uri;
  const many = Array.isArray(selected) ? selected.filter(isUri) : [];
  if (many.length > 0) return many;
  return isUri(clicked) ? [clicked] : [];
}

async function isDirectory(uri: vscode.Uri): Promise<boolean> {
  try {
    const { type } = await vscode.workspace.fs.stat(uri);
    return (type & vscode.FileType.Directory) !== 0;
  } catch {
    // Not saved yet.
    return false;
  }
}

function folderOf({ folders, location }: RootRegistry): string {
  return folders[0]?.uri.fsPath ?? dirname(location.heddleFolder);
}
