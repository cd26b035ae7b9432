import { realpath } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import * as vscode from 'vscode';
import { RegistryError } from '../../core/agents/registryError.ts';
import { toPlainLine } from '../../presentation/plainText.ts';
import { runOf } from '../../presentation/sessions/rows/listedSession.ts';
import { filesOf, type ShownTool } from '../../presentation/sessions/shownTool.ts';
import type { Transcript } from '../../presentation/sessions/transcript.ts';
import type { VirtualTexts } from '../virtualTexts.ts';
import { isWithin } from './windowConcern.ts';

/** Where something is on a page. */
export interface PagePlace {
  readonly place: string;
  readonly index: number;
}

/** The tool call at a place of a page. */
export function toolAt({ entries }: Transcript, place: string): ShownTool | undefined {
  const [id, question] = place.split('/').map(Number);
  const entry = entries.find((each) => each.id === id);
  if (entry?.kind === 'tool') return question === undefined ? entry.tool : undefined;
  return entry?.kind === 'question' ? entry.questions[question ?? 0]?.tool : undefined;
}

/** Opens a file that a session names, when it is a file below the folder of the session or its root. */
export async function openSessionFile(
  transcript: Transcript,
  { place, index }: PagePlace,
  root: string,
): Promise<void> {
  const file = fileAt(transcript, { place, index });
  if (file === undefined) return;
  const uri = await openable(resolve(transcript.digest.cwd, file.path), [
    transcript.digest.cwd,
    root,
  ]);
  const at = new vscode.Position(Math.max(0, (file.line ?? 1) - 1), 0);
  await vscode.window.showTextDocument(uri, {
    preview: true,
    ...(file.line === undefined ? {} : { selection: new vscode.Range(at, at) }),
  });
}

function fileAt(
  transcript: Transcript,
  { place, index }: PagePlace,
): { readonly path: string; readonly line: number | undefined } | undefined {
  if (place === 'context') {
    const path = runOf(transcript)?.contextFiles?.[index];
    return path === undefined ? undefined : { path, line: undefined };
  }
  const tool = toolAt(transcript, place);
  return tool && filesOf(tool)[index];
}

/** Agents choose the path: links must not lead out, and reading a pipe would never end. */
async function openable(path: string, folders: readonly string[]): Promise<vscode.Uri> {
  const { t } = vscode.l10n;
  const shown = toPlainLine(path, 200);
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) throw new RegistryError('not-found', t('{0} is not there.', shown));
  const places = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)));
  if (!places.some((folder) => folder !== '' && isWithin(real, folder))) {
    const message = t('{0} is outside the folder of this session, so it is not opened.', shown);
    throw new RegistryError('outside-root', message);
  }
  const uri = vscode.Uri.file(path);
  const { type } = await vscode.workspace.fs.stat(uri);
  if ((type & vscode.FileType.File) !== 0) return uri;
  throw new RegistryError('not-found', t('{0} is no file.', shown));
}

/** Shows a change that an agent made or wants to make, beside the text before it. */
export async function showSessionDiff(
  transcript: Transcript,
  { place, index }: PagePlace,
  texts: Pick<VirtualTexts, 'add'>,
): Promise<void> {
  const change = toolAt(transcript, place)?.changes[index];
  if (change === undefined || change.isTooLong) return;
  const path = resolve(transcript.digest.cwd, change.path);
  const before = texts.add(path, change.oldText ?? '');
  const after = texts.add(path, change.newText);
  const title = vscode.l10n.t('{0}: before ↔ after', toPlainLine(basename(path), 80));
  await vscode.commands.executeCommand('vscode.diff', before, after, title, { preview: true });
}
