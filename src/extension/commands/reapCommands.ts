import * as vscode from 'vscode';
import { isRegistryError, type RegistryError } from '../../core/agents/registryError.ts';
import type { ReapedEntry } from '../../core/agents/reaping.ts';
import { parseAgentElement } from '../../presentation/agentElement.ts';
import { agentName } from '../../presentation/agentWording.ts';
import { reapPreview } from '../../presentation/reapPreview.ts';
import type { RegistrySet, RootRegistry } from '../registrySet.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';
import { notify, type NotificationAction } from './notify.ts';
import type { ReapedAgent, ReapedBatch, ReapUndo } from './reapUndo.ts';
import { rootName } from './rootName.ts';
import { runCommand } from './runCommand.ts';
import { elementsOf, selectAgents } from './selectAgents.ts';

type ReapServices = Pick<CommandServices, 'registries' | 'logger'> & { readonly undo: ReapUndo };

/** What to look at: everything in a root, or one of its threads. */
interface ReapScope {
  readonly root: RootRegistry;
  readonly thread?: string | undefined;
}

/** Somebody dead, before anything was done. */
interface DeadAgent {
  readonly root: RootRegistry;
  readonly dead: ReapedEntry;
}

/** Shows who is dead and reaps those who stay ticked. Resolves to `{reaped: session ids}`. */
export function createReapCommand(services: ReapServices): CommandHandler {
  return () =>
    reapAfterPreview(
      services.registries.roots.map((root) => ({ root })),
      services,
    );
}

/** The same for the threads of the rows that it is given, or of an agent that the person picks. */
export function createReapThreadCommand(services: ReapServices): CommandHandler {
  return async (...args) => {
    const { registries } = services;
    const given = elementsOf(args)
      .map((element) => threadOf(registries, element))
      .filter((scope) => scope !== undefined);
    if (given.length > 0) return reapAfterPreview(uniqueScopes(given), services);

    const picked = await selectAgents(registries, args, {
      title: vscode.l10n.t('Reap the dead of which thread?'),
      noneText: nobodyDead(),
      applies: ({ agent }) => agent.entry.status === 'active' && agent.verdict.liveness === 'dead',
      canPickMany: false,
    });
    if (picked.length === 0) return undefined;
    const scopes = picked.map(({ root, agent }) => ({ root, thread: agent.entry.thread }));
    return reapAfterPreview(scopes, services);
  };
}

/** Takes the latest reap back. Resolves to `{restored: session ids, refused: session ids}`. */
export function createUndoReapCommand(services: ReapServices): CommandHandler {
  return () => undoReap(services.undo.take(), services);
}

async function reapAfterPreview(
  scopes: readonly ReapScope[],
  services: ReapServices,
): Promise<unknown> {
  const { t } = vscode.l10n;
  const found = await Promise.all(
    scopes.map(async ({ root, thread }) => {
      const dead = await root.registry.reapDead({ thread, isDryRun: true });
      return dead.map((each): DeadAgent => ({ root, dead: each }));
    }),
  );
  const dead = found.flat();
  if (dead.length === 0) {
    notify('information', nobodyDead());
    return { reaped: [] };
  }
  const confirmed = await pickDead(dead);
  if (confirmed.length === 0) return undefined;

  const batch = await reap(confirmed, services.undo);
  const undo: NotificationAction = {
    title: t('Undo'),
    run: () => undoFromMessage(batch, services),
  };
  notify('information', reapedText(batch.length, confirmed.length), batch.length > 0 ? [undo] : []);
  return { reaped: batch.map(({ entry }) => entry.sessionId) };
}

interface DeadItem extends vscode.QuickPickItem {
  readonly agent: DeadAgent;
}

/** The preview: everybody is ticked, and nothing happens without a yes. */
async function pickDead(dead: readonly DeadAgent[]): Promise<readonly DeadAgent[]> {
  const { t } = vscode.l10n;
  const hasSeveralRoots = new Set(dead.map(({ root }) => root)).size > 1;
  const rows = reapPreview(
    dead.map(({ root, dead: { entry, verdict } }) => ({
      entry,
      verdict,
      rootName: hasSeveralRoots ? rootName(root.location.root) : undefined,
    })),
    { nowMs: Date.now(), t },
  );
  const items = dead.flatMap((agent, i): DeadItem[] => {
    const row = rows[i];
    if (row === undefined) return [];
    const { label, description, detail } = row;
    return [{ agent, label, description, detail, picked: true }];
  });
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Reap Dead Agents'),
    placeHolder: t('Dead agents to reap; their threads become free'),
    canPickMany: true,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.map(({ agent }) => agent) ?? [];
}

/** Reaps those whom the person saw and who are still dead. What was done can be undone even if it ends early. */
async function reap(confirmed: readonly DeadAgent[], undo: ReapUndo): Promise<ReapedBatch> {
  const batch: ReapedAgent[] = [];
  try {
    for (const root of new Set(confirmed.map((agent) => agent.root))) {
      const inRoot = confirmed.filter((agent) => agent.root === root);
      const sessionIds = new Set(inRoot.map(({ dead }) => dead.entry.sessionId));
      const reaped = await root.registry.reapDead({ sessionIds });
      batch.push(...reaped.map(({ entry }) => ({ root: root.location.root, entry })));
      await root.refresh();
    }
    return batch;
  } finally {
    undo.remember(batch);
  }
}

function reapedText(reaped: number, confirmed: number): string {
  const { t } = vscode.l10n;
  if (reaped < confirmed) {
    return t('Reaped {0} of {1}; the others have changed meanwhile.', reaped, confirmed);
  }
  return reaped === 1 ? t('Reaped 1 dead agent.') : t('Reaped {0} dead agents.', reaped);
}

/** A button has no command's boundary around it, so this makes one. */
function undoFromMessage(batch: ReapedBatch, services: ReapServices): Promise<unknown> {
  const handler = (): Promise<unknown> => undoReap(services.undo.take(batch), services);
  return runCommand({ id: 'heddle.agents.undoReap', handler, args: [] }, services);
}

async function undoReap(
  batch: ReapedBatch | undefined,
  { registries, undo }: ReapServices,
): Promise<unknown> {
  const { t } = vscode.l10n;
  if (batch === undefined) {
    notify('information', t('There is no reap to undo; that is possible for two minutes.'));
    return undefined;
  }
  const restored: string[] = [];
  const refused: { readonly sessionId: string; readonly why: string }[] = [];
  let done = 0;
  try {
    for (const { root, entry } of batch) {
      const why = await restore(registries.get(root), entry);
      if (why === undefined) restored.push(entry.sessionId);
      else refused.push({ sessionId: entry.sessionId, why });
      done += 1;
    }
  } finally {
    // What a locked registry kept from being undone can be tried again.
    undo.remember(batch.slice(done));
  }
  await registries.refresh();
  tellUndone(
    restored.length,
    refused.map(({ why }) => why),
  );
  return { restored, refused: refused.map(({ sessionId }) => sessionId) };
}

/** Undefined when the entry is active again, else the sentence that says why it is not. */
async function restore(
  root: RootRegistry | undefined,
  entry: ReapedAgent['entry'],
): Promise<string | undefined> {
  if (root === undefined) {
    return vscode.l10n.t('The folder of {0} is not open any more.', entry.sessionId);
  }
  try {
    await root.registry.undoReap(entry);
    return undefined;
  } catch (error) {
    if (isRegistryError(error, 'undo-refused')) return refusalText(root, entry, error);
    if (isRegistryError(error, 'broken-entry')) return error.message;
    throw error;
  }
}

/** Names people and threads where the core names ids. */
function refusalText(
  { snapshot }: RootRegistry,
  entry: ReapedAgent['entry'],
  { message, details }: RegistryError,
): string {
  const owner = snapshot.agents.find((agent) => agent.entry.sessionId === details.ownerSessionId);
  if (owner === undefined) return message;
  const { t } = vscode.l10n;
  return t(
    '{0} stays abandoned: "{1}" now belongs to {2}.',
    agentName(entry, t),
    entry.thread,
    agentName(owner.entry, t),
  );
}

function tellUndone(restored: number, refusals: readonly string[]): void {
  const { t } = vscode.l10n;
  const done =
    restored === 1 ? t('1 entry is active again.') : t('{0} entries are active again.', restored);
  if (refusals.length === 0) {
    notify('information', done);
    return;
  }
  const sentences = [...(restored > 0 ? [done] : []), ...refusals.slice(0, 3)];
  if (refusals.length > 3) sentences.push(t('{0} more stay abandoned.', refusals.length - 3));
  notify('warning', sentences.join(' '));
}

/** The thread of an agent's row, or of the row of a thread. */
function threadOf(registries: RegistrySet, element: string): ReapScope | undefined {
  const ref = parseAgentElement(element);
  if (ref) {
    const located = registries.find(ref.root, ref.sessionId);
    return located && { root: located.root, thread: located.agent.entry.thread };
  }
  for (const root of registries.roots) {
    const end = `@${root.location.root}`;
    if (!element.startsWith(threadGroupStart) || !element.endsWith(end)) continue;
    return { root, thread: element.slice(threadGroupStart.length, -end.length) };
  }
  return undefined;
}

const threadGroupStart = 'group:thread:';

function uniqueScopes(scopes: readonly ReapScope[]): readonly ReapScope[] {
  return scopes.filter(
    (scope, i) =>
      scopes.findIndex(({ root, thread }) => root === scope.root && thread === scope.thread) === i,
  );
}

function nobodyDead(): string {
  return vscode.l10n.t(
    'Nobody is dead: every active entry has a running process or none recorded.',
  );
}
