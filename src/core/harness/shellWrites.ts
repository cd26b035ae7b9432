import type { HarnessEvent, ToolCall } from './harnessEvent.ts';
import { nothingToSay, type HookDecision } from './hookDecision.ts';
import type { HookPorts, WatchedFile } from './hookPorts.ts';
import type { SessionAgent } from './sessionState.ts';

interface AtShell {
  readonly event: HarnessEvent;
  readonly agent: SessionAgent;
  readonly call: ToolCall;
}

/** Remembers what files of others look like before a command that may change anything. */
export async function watchShell(at: AtShell, ports: HookPorts): Promise<void> {
  if (!ports.settings.watchShellCommands) return;
  const files = await ports.shell.foreignFiles(ownEntries(ports), at.event.cwd);
  if (files.length > 0) ports.shell.remember(keyOf(at), files);
}

/**
 * Compares them after the command. What its holder changed itself meanwhile is no violation; the rest is
 * recorded, the holder is told at its next edit, and whoever ran the command is told now.
 */
export async function noticeShellWrites(at: AtShell, ports: HookPorts): Promise<HookDecision> {
  const { event, agent, call } = at;
  const changed: WatchedFile[] = [];
  for (const file of ports.shell.recall(keyOf(at))) {
    const now = ports.files.lookAt(file.path, event.cwd);
    if (now === undefined || now.signature === file.signature) continue;
    if (!(await isOwnChange(file, now.signature, ports))) changed.push(file);
  }
  if (changed.length === 0) return nothingToSay;
  const command = call.action.kind === 'shell' ? call.action.command : call.name;
  for (const { path } of changed) {
    const ref = { kind: 'session', sessionId: agent.entryId } as const;
    await ports.locks.noteSavedOver(ref, path, { cause: 'shell', reason: command });
  }
  return { kind: 'tell', text: ports.words.changedByShell(changed) };
}

async function isOwnChange(
  { path, holderEntryId }: WatchedFile,
  signature: string,
  ports: HookPorts,
): Promise<boolean> {
  if (holderEntryId === undefined) return false;
  const holder = await ports.others.find(holderEntryId);
  return holder?.agent.seen.get(path)?.signature === signature;
}

/** The session and its children: they know of each other. */
function ownEntries({ record }: HookPorts): ReadonlySet<string> {
  return new Set([...(record.state?.agents.values() ?? [])].map(({ entryId }) => entryId));
}

function keyOf({ event, call }: AtShell): string {
  return `${event.childKey ?? ''}/${call.callId ?? call.name}`;
}
