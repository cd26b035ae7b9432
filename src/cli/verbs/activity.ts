import { once } from 'node:events';
import { toActivityRecord } from '../../core/activity/activityCodec.ts';
import type { ActivityEvent } from '../../core/activity/activityEvent.ts';
import type { ActivityPage, ActivityReader } from '../../core/activity/activityLog.ts';
import { touchesPath } from '../../core/activity/touchesPath.ts';
import { lockKey } from '../../core/locks/lockPath.ts';
import type { HeddleRoot } from '../../node/heddleRoot.ts';
import { openRepositoryPaths } from '../../node/repositoryPath.ts';
import type { ActivityFlags } from '../activityFlags.ts';
import { activityLines } from '../activityLines.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { baseFolder } from '../options.ts';
import { noRegistryHint, openForReading } from '../registryAccess.ts';
import type { VerbContext } from '../verbContext.ts';

/** Longer than any timer may be; it only keeps the process up while nothing happens. */
const keepAliveMs = 0x7fff_ffff;

/** Shows what was recorded of the past, and with `--follow` what comes, until it is asked to stop. */
export async function activity(context: VerbContext, flags: ActivityFlags): Promise<ExitCode> {
  const open = openForReading(context);
  const matches = filterOf(context, open.location, flags);
  const sinceMs = sinceOf(context, flags);
  const page = await open.activity.read({ sinceMs, limit: flags.limit, matches });
  if (flags.follow === true) {
    if (page.events.length > 0) showOnward(context, page.events);
    noteGaps(context, page);
    await follow(context, open.activity, { page, matches });
    return exitCodes.done;
  }
  context.output.result(
    () => ({ events: page.events.map(toActivityRecord) }),
    () => activityLines(page.events),
  );
  if (!context.output.isJson && page.events.length === 0) {
    context.output.notes([emptyHint(open.location, flags)]);
  }
  noteGaps(context, page);
  return exitCodes.done;
}

async function follow(
  context: VerbContext,
  reader: ActivityReader,
  from: { readonly page: ActivityPage; readonly matches: (event: ActivityEvent) => boolean },
): Promise<void> {
  const { output, host } = context;
  const stop = AbortSignal.any([host.stopSignal(), output.closedSignal]);
  const keepAlive = setInterval(() => undefined, keepAliveMs);
  const follower = reader.follow(from.page.position);
  try {
    follower.onDidAppend((events) => showOnward(context, events.filter(from.matches)));
    if (!stop.aborted) await once(stop, 'abort');
  } finally {
    clearInterval(keepAlive);
    follower.dispose();
  }
}

/** A document for each event, because nobody knows which is the last. */
function showOnward({ output }: VerbContext, events: readonly ActivityEvent[]): void {
  if (output.isJson) for (const event of events) output.document(toActivityRecord(event));
  else output.lines(activityLines(events));
}

function sinceOf({ host }: VerbContext, { since }: ActivityFlags): number | undefined {
  if (since === undefined) return undefined;
  return since.kind === 'at' ? since.ms : host.clock.now() - since.ms;
}

function filterOf(
  context: VerbContext,
  location: HeddleRoot,
  { kind, path }: ActivityFlags,
): (event: ActivityEvent) => boolean {
  const kinds = kind && new Set<string>(kind);
  const isWithin = path === undefined ? () => true : pathFilter(context, location, path);
  return (event) => (kinds?.has(event.kind) ?? true) && isWithin(event);
}

/** @throws RegistryError `outside-root`, `invalid-path` */
function pathFilter(
  { host, root }: VerbContext,
  location: HeddleRoot,
  path: string,
): (event: ActivityEvent) => boolean {
  const paths = openRepositoryPaths(location, { clock: host.clock });
  const { rules } = paths;
  const key = lockKey(paths.toLockPath(path, baseFolder(host.cwd, root)), rules);
  return (event) => touchesPath(event, key, rules);
}

function emptyHint(location: HeddleRoot, { since, kind, path }: ActivityFlags): string {
  if (!location.isPresent) return noRegistryHint(location);
  const isFiltered = [since, kind, path].some((flag) => flag !== undefined);
  return isFiltered ? 'Nothing that was recorded matches.' : 'Nothing has been recorded yet.';
}

/** What cannot be read is passed over, but not in silence. */
function noteGaps({ output }: VerbContext, { skippedLines, skippedFiles }: ActivityPage): void {
  if (skippedLines > 0) output.notes([`Lines of the log that hold no event: ${skippedLines}.`]);
  if (skippedFiles > 0) output.notes([`Files of the log that cannot be read: ${skippedFiles}.`]);
}
