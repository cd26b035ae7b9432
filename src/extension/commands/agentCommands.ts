import { join } from 'node:path';
import * as vscode from 'vscode';
import { RegistryError } from '../../core/agents/registryError.ts';
import { agentName, heldThread } from '../../presentation/agentWording.ts';
import { parseBrokenElement } from '../../presentation/brokenElement.ts';
import { toPlainLine } from '../../presentation/plainText.ts';
import type { LocatedAgent, RegistrySet } from '../registrySet.ts';
import { forEachAgent } from './batch.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';
import { confirm, notify } from './notify.ts';
import { elementsOf, selectAgents } from './selectAgents.ts';

/** Opens the page of an agent, or brings it to the front. */
export function createShowDetailsCommand({
  registries,
  details,
}: Pick<CommandServices, 'registries' | 'details'>): CommandHandler {
  return async (clicked) => {
    const { t } = vscode.l10n;
    const [chosen] = await selectAgents(registries, [clicked], {
      title: t('Show the details of which agent?'),
      noneText: t('There are no agents yet.'),
      canPickMany: false,
    });
    if (chosen === undefined) return undefined;
    const { root, agent } = chosen;
    details.show({ root: root.location.root, sessionId: agent.entry.sessionId });
    return { sessionId: agent.entry.sessionId };
  };
}

/** Opens the file of an entry, readable or not, as a preview. */
export function createOpenEntryFileCommand({
  registries,
}: Pick<CommandServices, 'registries'>): CommandHandler {
  return async (clicked) => {
    const { t } = vscode.l10n;
    const unreadable = unreadableFile(registries, clicked);
    if (unreadable) return openFile(unreadable.path, unreadable.line);

    const [chosen] = await selectAgents(registries, [clicked], {
      title: t('Open the entry file of which agent?'),
      noneText: t('There are no agents yet.'),
      canPickMany: false,
    });
    if (chosen === undefined) return undefined;
    return openFile(join(chosen.root.folder, `${chosen.agent.entry.sessionId}.toml`));
  };
}

/** The file of an unreadable entry's row; its name was checked to be only a name. */
function unreadableFile(
  registries: RegistrySet,
  element: unknown,
): { readonly path: string; readonly line: number | undefined } | undefined {
  const ref = parseBrokenElement(element);
  const root = ref && registries.get(ref.root);
  if (root === undefined) return undefined;
  const record = root.snapshot.broken.find(({ fileName }) => fileName === ref?.fileName);
  return { path: join(root.folder, ref?.fileName ?? ''), line: record?.line };
}

async function openFile(path: string, line?: number): Promise<unknown> {
  const uri = vscode.Uri.file(path);
  await assertRegularFile(uri);
  const start = new vscode.Position(Math.max(0, (line ?? 1) - 1), 0);
  await vscode.window.showTextDocument(uri, {
    preview: true,
    ...(line === undefined ? {} : { selection: new vscode.Range(start, start) }),
  });
  return { file: path };
}

/** Reading a pipe would never end, and a folder has no text. @throws RegistryError `not-found` */
async function assertRegularFile(uri: vscode.Uri): Promise<void> {
  const { t } = vscode.l10n;
  let type: vscode.FileType;
  try {
    type = (await vscode.workspace.fs.stat(uri)).type;
  } catch (cause) {
    const message = t('{0} is not there any more.', uri.fsPath);
    throw new RegistryError('not-found', message, { file: uri.fsPath }, { cause });
  }
  if ((type & vscode.FileType.File) !== 0) return;
  const message = t('{0} is not a regular file, so it cannot be opened as text.', uri.fsPath);
  throw new RegistryError('not-found', message, { file: uri.fsPath });
}

/** Copies what identifies the chosen agents, one a line. */
export function createCopyCommand(
  what: 'session-id' | 'thread',
  { registries }: Pick<CommandServices, 'registries'>,
): CommandHandler {
  return async (...args) => {
    const { t } = vscode.l10n;
    const agents = await selectAgents(registries, args, {
      title: what === 'thread' ? t('Copy Thread') : t('Copy Session ID'),
      noneText: t('There are no agents yet.'),
      canPickMany: true,
    });
    if (agents.length === 0) return undefined;
    const lines = agents.map(({ agent: { entry } }) =>
      what === 'thread' ? safeLine(entry.thread) : entry.sessionId,
    );
    const text = [...new Set(lines)].join('\n');
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage(t('Copied.'), 3000);
    return { text };
  };
}

/** A line break or an escape in a thread must not run when it is pasted into a terminal. */
function safeLine(thread: string): string {
  return toPlainLine(thread, Number.MAX_SAFE_INTEGER);
}

/** Removes entries for good, after a question. Resolves to `{deleted: session ids}`. */
export function createDeleteCommand({
  registries,
}: Pick<CommandServices, 'registries'>): CommandHandler {
  return async (...args) => {
    const { t } = vscode.l10n;
    const agents = await selectAgents(registries, args, {
      title: t('Delete Entries'),
      noneText: t('There are no agents yet.'),
      canPickMany: elementsOf(args).length === 0,
    });
    if (agents.length === 0 || !(await confirmDelete(agents))) return undefined;

    const deleted = await forEachAgent(agents, async ({ root, agent }) => {
      await root.registry.delete(agent.entry.sessionId);
      return agent.entry.sessionId;
    });
    notify(
      'information',
      deleted.length === 1 ? t('1 entry deleted.') : t('{0} entries deleted.', deleted.length),
    );
    return { deleted };
  };
}

function confirmDelete(agents: readonly LocatedAgent[]): Promise<boolean> {
  const { t } = vscode.l10n;
  const [only] = agents;
  const question =
    agents.length === 1 && only !== undefined
      ? t('Delete the entry of {0}?', nameOf(only))
      : t('Delete {0} entries?', agents.length);
  const named = agents.length === 1 ? [] : namesOf(agents);
  const running = agents.filter(({ agent }) => agent.verdict.liveness === 'alive');
  const warning =
    running.length === 0
      ? []
      : [t('Still running, and not stopped by this: {0}', namesOf(running).join(', '))];
  const loss = t(
    'Threads become free, and usage, context queries and places in a chain are lost. This cannot be undone; a release keeps them for 7 days.',
  );
  return confirm(question, { detail: [...named, ...warning, loss], button: t('Delete') });
}

/** Longest list of names in a question. */
const maxNames = 8;

function namesOf(agents: readonly LocatedAgent[]): readonly string[] {
  const names = agents.slice(0, maxNames).map(nameOf);
  const rest = agents.length - names.length;
  return rest === 0 ? names : [...names, vscode.l10n.t('{0} more', rest)];
}

function nameOf({ agent: { entry } }: LocatedAgent): string {
  const { t } = vscode.l10n;
  const thread = heldThread(entry);
  const name = agentName(entry, t);
  return thread === undefined ? `${name} (${entry.sessionId})` : t('{0} on {1}', name, thread);
}
