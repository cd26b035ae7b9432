import * as vscode from 'vscode';
import type { AgentEntry } from '../../core/agents/agentEntry.ts';
import { timestampMs } from '../../core/agents/timestamp.ts';
import { toAgentElement } from '../../presentation/agentElement.ts';
import { agentName, livenessSentence } from '../../presentation/agentWording.ts';
import { localTime, shortDuration } from '../../presentation/duration.ts';
import type { CommandId } from '../ids.ts';
import type { RootRegistry } from '../registrySet.ts';
import type { CommandHandler, CommandServices } from './commandServices.ts';
import { commandAction, notify } from './notify.ts';
import { pickRoot } from './registryCommands.ts';
import {
  askReserveRequest,
  parseReserveRequest,
  type ReserveArguments,
  type ReserveRequest,
} from './reserveRequest.ts';

/** What reserving came to, in the words of the command line. */
export interface ReserveResult {
  readonly outcome: 'reserved' | 'live_owner';
  readonly thread: string;
  /** Of the new entry, or of the owner that stands in the way. */
  readonly sessionId: string;
}

/** Reserves a thread for the person at this window: asks for it, or takes `ReserveArguments`. */
export function createReserveCommand(services: CommandServices): CommandHandler {
  return async (...args) => {
    const given = parseReserveRequest(services.registries, args[0]);
    if (given !== undefined) return reserve(given, services);

    const { roots } = services.registries;
    // Says how to open a folder where there is none.
    if (roots.length === 0) return pickRoot(roots, '');
    const asked = await askReserveRequest(services.registries);
    if (asked === undefined) return undefined;
    // As a command of its own, so that a retry does not ask everything again.
    return vscode.commands.executeCommand(
      'heddle.thread.reserve' satisfies CommandId,
      {
        thread: asked.thread,
        task: asked.task,
        folder: asked.folder.uri.fsPath,
      } satisfies ReserveArguments,
    );
  };
}

async function reserve(
  request: ReserveRequest,
  { reservations, view, logger }: Pick<CommandServices, 'reservations' | 'view' | 'logger'>,
): Promise<ReserveResult> {
  const { root, thread } = request;
  const { kind, entry } = await reservations.reserve(request);
  await root.refresh();
  const { sessionId } = entry;
  if (kind === 'live-owner') {
    await tellOwner(root, thread, entry);
    return { outcome: 'live_owner', thread, sessionId };
  }
  const element = toAgentElement({ root: root.location.root, sessionId });
  const release: CommandId = 'heddle.agent.releaseAbandoned';
  notify('information', vscode.l10n.t('"{0}" is reserved for you.', thread), [
    commandAction(vscode.l10n.t('Release'), release, element),
  ]);
  // The row may go while it is on its way into view.
  view.reveal(element).catch((error: unknown) => {
    logger.debug('A row could not be shown.', error);
  });
  return { outcome: 'reserved', thread, sessionId };
}

async function tellOwner(root: RootRegistry, thread: string, owner: AgentEntry): Promise<void> {
  const { t } = vscode.l10n;
  const verdict = await root.registry.livenessFor(owner);
  const element = toAgentElement({ root: root.location.root, sessionId: owner.sessionId });
  const details: CommandId = 'heddle.agent.showDetails';
  const reap: CommandId = 'heddle.thread.reap';
  const actions = [commandAction(t('Show Details'), details, element)];
  if (verdict.liveness === 'dead') actions.push(commandAction(t('Reap Dead…'), reap, element));
  const held = t('"{0}" is held by {1} since {2}.', thread, agentName(owner, t), sinceText(owner));
  notify('warning', `${held} ${livenessSentence(owner, verdict.reason, t)}`, actions);
}

/** `2026-11-21 14:03:07 (5 min)` */
function sinceText({ startedAt }: AgentEntry): string {
  const startedMs = timestampMs(startedAt);
  if (startedMs === undefined) return startedAt;
  return `${localTime(startedMs)} (${shortDuration(Date.now() - startedMs)})`;
}
