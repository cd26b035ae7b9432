import { sessionIdOf } from '../locks/lockHolder.ts';
import type { HarnessEvent, ToolCall } from './harnessEvent.ts';
import { nothingToSay, type HookDecision } from './hookDecision.ts';
import type { HookPorts, LookedAtFile, WatchedFile, WatchedFiles } from './hookPorts.ts';
import type { SessionAgent } from './sessionAgent.ts';

interface AtShell {
  readonly event: HarnessEvent;
  readonly agent: SessionAgent;
  readonly call: ToolCall;
}

/** Each takes the lock of the store; beyond this many the holders see the rest by themselves. */
const maxTold = 20;

/** Remembers what files of others look like before a command that may change anything. */
export function watchShell(at: AtShell, ports: HookPorts): void {
  if (!ports.settings.watchShellCommands) return;
  const sinceMs = ports.clock.now();
  const files = ports.shell.foreignFiles(ownEntries(ports), at.event.cwd);
  if (files.length > 0) ports.shell.remember(keyOf(at), { sinceMs, files });
}

/**
 * Compares them after the command. What its holder changed itself meanwhile is no violation, nor what
 * is known to be the doing of somebody else; the rest is recorded, the holder is told at its next edit,
 * and whoever ran the command is told now.
 */
export async function noticeShellWrites(at: AtShell, ports: HookPorts): Promise<HookDecision> {
  const { event, agent, call } = at;
  const watch = ports.shell.recall(keyOf(at));
  const suspects = watch?.files.flatMap((file): Suspect[] => {
    const now = ports.files.lookAt(file.path, event.cwd);
    return now === undefined || now.signature === file.signature ? [] : [{ file, now }];
  });
  if (watch === undefined || suspects === undefined || suspects.length === 0) return nothingToSay;

  const changed = await unexplained(suspects, { at, watch }, ports);
  if (changed.length === 0) return nothingToSay;
  const command = call.action.kind === 'shell' ? call.action.command : call.name;
  const ref = { kind: 'session', sessionId: agent.entryId } as const;
  for (const { path } of changed.slice(0, maxTold)) {
    await ports.locks.noteSavedOver(ref, path, { cause: 'shell', reason: command });
  }
  return { kind: 'tell', text: ports.words.changedByShell(changed) };
}

interface Suspect {
  readonly file: WatchedFile;
  readonly now: LookedAtFile;
}

/** Whoever else changed a file tells it within moments: an editor once it has looked at what it saved. */
const tellingMs = 1000;

/** Looks again when somebody else may be about to tell that it was their doing. */
async function unexplained(
  suspects: readonly Suspect[],
  span: { readonly at: AtShell; readonly watch: WatchedFiles },
  ports: HookPorts,
): Promise<readonly WatchedFile[]> {
  const changed = new Set(await withoutExplained(suspects, span, ports));
  const left = suspects.filter(({ file }) => changed.has(file));
  const newestMs = Math.max(0, ...left.map(({ now }) => now.changedMs ?? 0));
  const ageMs = Math.abs(ports.clock.now() - newestMs);
  if (left.length === 0 || ageMs >= tellingMs) return [...changed];
  await ports.pause(tellingMs - ageMs);
  return withoutExplained(left, span, ports);
}

async function withoutExplained(
  suspects: readonly Suspect[],
  { at, watch }: { readonly at: AtShell; readonly watch: WatchedFiles },
  ports: HookPorts,
): Promise<readonly WatchedFile[]> {
  const held = await heldNow(ports);
  const holders = new Map<string, SessionAgent | undefined>();
  const changed: WatchedFile[] = [];
  for (const { file, now } of suspects) {
    const { holderEntryId = '', path } = file;
    // Whoever gave it back meanwhile has nothing to be told.
    if (!held.has(heldKey(path, file.holderEntryId))) continue;
    if (!holders.has(holderEntryId)) {
      holders.set(holderEntryId, (await ports.others.find(holderEntryId))?.agent);
    }
    const holder = holders.get(holderEntryId);
    if (holder && isOwnChange(holder, now, watch)) continue;
    const isAmongTold = changed.length < maxTold;
    if (isAmongTold && (await isExplained(now, { at, watch }, ports))) continue;
    changed.push(file);
  }
  return changed;
}

async function heldNow({ locks }: HookPorts): Promise<ReadonlySet<string>> {
  const standing = await locks.list();
  return new Set(standing.map(({ holder, lock }) => heldKey(lock.path, sessionIdOf(holder))));
}

function heldKey(path: string, entryId: string | undefined): string {
  return `${entryId ?? ''}\0${path}`;
}

/** By an edit that its hook has told or is about to tell, or by a command of its own. */
function isOwnChange(
  { seen, tools, shells }: SessionAgent,
  { key, path, signature, changedMs }: LookedAtFile,
  { sinceMs: watchedMs }: WatchedFiles,
): boolean {
  const known = seen.get(key);
  if (known?.isEdit === true && known.signature === signature) return true;
  const isEditing = [...tools.values()].some(
    ({ does, paths }) => does === 'edit' && paths.includes(path),
  );
  if (isEditing) return true;
  const running = [...tools.values()].filter(({ does }) => does === 'shell');
  const spans = [
    ...shells,
    ...running.map(({ sinceMs }) => ({ sinceMs, untilMs: Number.POSITIVE_INFINITY })),
  ];
  // When a file vanished nobody can tell.
  return spans.some(({ sinceMs, untilMs }) =>
    changedMs === undefined
      ? untilMs >= watchedMs
      : sinceMs - clockStepMs <= changedMs && changedMs <= untilMs,
  );
}

/** Times of files are taken from a clock that moves in steps. */
const clockStepMs = 20;

/** Somebody else is known to have changed it since: another command, or an edit. */
async function isExplained(
  { path, changedMs = 0 }: LookedAtFile,
  { at, watch }: { readonly at: AtShell; readonly watch: WatchedFiles },
  ports: HookPorts,
): Promise<boolean> {
  const query = { entryId: at.agent.entryId, sinceMs: watch.sinceMs };
  const edit = await ports.editByOther(path, query);
  return edit !== undefined && edit.atMs >= Math.floor(changedMs);
}

/** The session and its children: they know of each other. */
function ownEntries({ record }: HookPorts): ReadonlySet<string> {
  return new Set([...(record.state?.agents.values() ?? [])].map(({ entryId }) => entryId));
}

function keyOf({ event, call }: AtShell): string {
  return `${event.childKey ?? ''}/${call.callId ?? call.name}`;
}
