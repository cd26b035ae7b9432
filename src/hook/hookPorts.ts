import { appendFileSync, lstatSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { errorCode } from '../base/errorText.ts';
import type { ActivityEvent } from '../core/activity/activityEvent.ts';
import { partyWithoutEntry } from '../core/activity/agentParty.ts';
import { isSessionId } from '../core/agents/sessionId.ts';
import type { HarnessEvent } from '../core/harness/harnessEvent.ts';
import type { HookPorts } from '../core/harness/hookPorts.ts';
import type { HookSettings } from '../core/harness/hookSettings.ts';
import type { Harness } from '../harnesses/harness.ts';
import type { ActivitySink } from '../core/activity/activityLog.ts';
import { AgentFiles } from '../node/harnessSessions/agentFiles.ts';
import { OwnHolds, type Freshness } from '../node/harnessSessions/ownHolds.ts';
import {
  type SessionRecordFile,
  sessionRecordsFolder,
} from '../node/harnessSessions/sessionRecordFile.ts';
import { SessionRecords } from '../node/harnessSessions/sessionRecords.ts';
import { ShellWatchFiles } from '../node/harnessSessions/shellWatchFiles.ts';
import { readPlainFile } from '../node/harnessSessions/plainFile.ts';
import { agentsFolder, type HeddleRoot } from '../node/heddleRoot.ts';
import { fileLocksFolder } from '../node/fileLocksFolder.ts';
import { openRepositoryPaths } from '../node/repositoryPath.ts';
import {
  changedByShellText,
  changedMeanwhileText,
  failedClosedText,
  staleText,
} from '../presentation/hookWording.ts';
import type { StorePorts } from './storePorts.ts';
import { sessionVariable } from './sessionVariable.ts';

const minuteMs = 60_000;
/** A running process keeps a lock for hours, so it needs refreshing only now and then. */
const freshWithProcessMs = 45 * minuteMs;
const freshWithoutProcessMs = minuteMs;
/** Signs of life are written no more often. */
const heartbeatMs = 10_000;
const maxEntryBytes = 1024 * 1024;

export interface OpenHookPorts {
  readonly location: HeddleRoot;
  readonly harness: Harness;
  readonly record: SessionRecordFile;
  readonly settings: HookSettings;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

/** What the policy works with. The stores are loaded when something is to be changed, not before. */
export function openHookPorts(options: OpenHookPorts): HookPorts {
  const { location, harness, record, settings, env, clock } = options;
  const paths = openRepositoryPaths(location, { clock });
  const files = new AgentFiles(paths);
  const folder = sessionRecordsFolder(location);
  const own = new OwnHolds(fileLocksFolder(location), () => paths.rules);
  let opened: Promise<StorePorts> | undefined;
  const stores = (): Promise<StorePorts> => {
    opened ??= import('./storePorts.ts').then(({ openStorePorts }) => openStorePorts(options));
    return opened;
  };
  const others = new SessionRecords(folder, clock);
  const freshness = (): Freshness => {
    const hasProcess = record.state?.header.process !== undefined;
    const shortMs = Math.min(freshWithoutProcessMs, settings.lockTtlMs / 3);
    return { nowMs: clock.now(), hasProcess, maxAgeMs: hasProcess ? freshWithProcessMs : shortMs };
  };
  return {
    clock,
    settings,
    reportsReads: harness.reportsReads,
    record,
    files,
    activity: lazyActivity(options),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    agents: {
      register: async (event, known) => {
        const header = await (await stores()).register(event, known);
        others.prune();
        return header;
      },
      registerChild: async (event, at) => (await stores()).registerChild(event, at),
      isListed: (entryId) => isListed(location, entryId),
      complete: async (entryId) => {
        if (isListed(location, entryId)) await (await stores()).complete(entryId);
      },
      noteTurn: async (entryId, event) => {
        const isWorthIt = isDue(location, entryId, clock) || isNewModel(location, entryId, event);
        if (isWorthIt) await (await stores()).noteTurn(entryId, event);
      },
      partyOf: (entryId) => ({
        ...partyWithoutEntry({ harness: harness.registryName, model: record.state?.header.model }),
        sessionId: entryId,
      }),
    },
    locks: {
      lock: async (ref, wish) => (await stores()).locks.locks.lock(ref, wish),
      closeTurn: async (ref, how) => (await stores()).locks.locks.closeTurn(ref, how),
      noteSavedOver: async (ref, path, how) =>
        (await stores()).locks.locks.noteSavedOver(ref, path, how),
      holdersOf: async (path) => (await stores()).locks.locks.holdersOf(path),
      list: async () => (await stores()).locks.locks.list(),
    },
    mayHold: (entryId) => own.mayHold(entryId),
    holds: (entryId, wanted) =>
      isProcessThere(record.state?.header.process?.pid) && own.holds(entryId, wanted, freshness()),
    agingLocks: (entryId) => own.agingLocks(entryId, freshness()),
    shell: new ShellWatchFiles({
      folder,
      locksFolder: fileLocksFolder(location),
      session: record.name,
      files,
      rules: () => paths.rules,
      toAbsolute: (path, cwd) => paths.toAbsolute(path, cwd),
      clock,
    }),
    others,
    editByOther: async (path, query) => (await stores()).editByOther(path, query),
    words: {
      refusal: async (conflicts) => (await stores()).refusal(conflicts),
      stale: staleText,
      changedMeanwhile: changedMeanwhileText,
      changedByShell: changedByShellText,
      failedClosed: failedClosedText,
    },
    handOn: (event, entryId) => handOn(event, entryId, env),
  };
}

/** A session that was taken up in another process, unseen, has lost what it held. */
function isProcessThere(pid: number | undefined): boolean {
  if (pid === undefined) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** By a look at its file, without what it takes to understand all of it. Undecided means true. */
function isListed(location: HeddleRoot, entryId: string): boolean {
  const text = readPlainFile(entryPath(location, entryId), maxEntryBytes);
  if (text === undefined) return false;
  const status = /^status *= *["'](\w+)["']/m.exec(text)?.[1];
  return status === undefined || status === 'active';
}

function entryPath(location: HeddleRoot, entryId: string): string {
  return join(agentsFolder(location), `${isSessionId(entryId) ? entryId : '-'}.toml`);
}

function isDue(location: HeddleRoot, entryId: string, clock: Clock): boolean {
  const stats = statSync(entryPath(location, entryId), { throwIfNoEntry: false });
  return stats !== undefined && Math.abs(clock.now() - stats.mtimeMs) > heartbeatMs;
}

function isNewModel(location: HeddleRoot, entryId: string, { model }: HarnessEvent): boolean {
  if (model === undefined) return false;
  const text = readPlainFile(entryPath(location, entryId), maxEntryBytes);
  return text?.includes(JSON.stringify(model)) === false;
}

/** Only what has changed something is recorded, so that most events need not load the log. */
function lazyActivity({ location, clock }: OpenHookPorts): ActivitySink {
  return {
    append: async (events) => {
      const { ActivityFiles, activityFolder } = await import('../node/activityFiles.ts');
      await new ActivityFiles(activityFolder(location), { clock }).append(events);
    },
  };
}

/** Claude Code reads this file before each shell command of the session. */
function handOn(event: HarnessEvent, entryId: string, env: OpenHookPorts['env']): void {
  const path = env.CLAUDE_ENV_FILE;
  if (event.harness !== 'claude-code' || path === undefined || !isAbsolute(path)) return;
  if (!isSessionId(entryId)) return;
  try {
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false) return;
    appendFileSync(path, `export ${sessionVariable}=${entryId}\n`);
  } catch {
    // Without it the agent is known by its process.
  }
}

/** What is known when the stores could not be used: the edit went on. */
export function unguardedEdit(
  ports: Pick<HookPorts, 'record' | 'clock' | 'agents' | 'files'>,
  event: HarnessEvent,
  paths: readonly string[],
): ActivityEvent {
  const agent = ports.record.state?.agents.get(event.childKey ?? '');
  const named = paths.flatMap((path) => ports.files.look(path, event.cwd)?.path ?? []);
  const actor = ports.agents.partyOf(agent?.entryId ?? '');
  const { sessionId, ...nameless } = actor;
  return {
    atMs: ports.clock.now(),
    kind: 'edit-unguarded',
    actor: sessionId === '' ? nameless : actor,
    paths: named,
  };
}
