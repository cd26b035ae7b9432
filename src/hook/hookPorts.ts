import { appendFileSync, lstatSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { ActivityEvent } from '../core/activity/activityEvent.ts';
import { partyWithoutEntry } from '../core/activity/agentParty.ts';
import { isSessionId } from '../core/agents/sessionId.ts';
import type { HarnessEvent } from '../core/harness/harnessEvent.ts';
import type { HookPorts } from '../core/harness/hookPorts.ts';
import type { HookSettings } from '../core/harness/hookSettings.ts';
import type { Harness } from '../harnesses/harness.ts';
import type { ActivitySink } from '../core/activity/activityLog.ts';
import { AgentFiles } from '../node/harnessSessions/agentFiles.ts';
import { OwnHolds } from '../node/harnessSessions/ownHolds.ts';
import {
  type SessionRecordFile,
  sessionRecordsFolder,
} from '../node/harnessSessions/sessionRecordFile.ts';
import { SessionRecords } from '../node/harnessSessions/sessionRecords.ts';
import { ShellWatchFiles } from '../node/harnessSessions/shellWatchFiles.ts';
import type { HeddleRoot } from '../node/heddleRoot.ts';
import { fileLocksFolder } from '../node/fileLocksFolder.ts';
import { openRepositoryPaths } from '../node/repositoryPath.ts';
import { changedByShellText, failedClosedText, staleText } from '../presentation/hookWording.ts';
import type { StorePorts } from './storePorts.ts';
import { sessionVariable } from './sessionVariable.ts';

const minuteMs = 60_000;
/** A running process keeps a lock for hours, so it needs refreshing only now and then. */
const freshWithProcessMs = 10 * minuteMs;
const freshWithoutProcessMs = minuteMs;

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
  return {
    clock,
    settings,
    record,
    files,
    activity: lazyActivity(options),
    agents: {
      register: async (event, known) => (await stores()).register(event, known),
      registerChild: async (event, parent) => (await stores()).registerChild(event, parent),
      complete: async (entryId) => (await stores()).complete(entryId),
      noteTurn: async (entryId, event) => (await stores()).noteTurn(entryId, event),
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
    },
    mayHold: (entryId) => own.mayHold(entryId),
    holds: (entryId, wanted) => {
      const hasProcess = record.state?.header.process !== undefined;
      const maxAgeMs = hasProcess ? freshWithProcessMs : freshWithoutProcessMs;
      return own.holds(entryId, wanted, { nowMs: clock.now(), maxAgeMs });
    },
    shell: new ShellWatchFiles({
      folder,
      session: record.name,
      files,
      locks: async () => (await stores()).locks.locks.list(),
      toAbsolute: (path, cwd) => paths.toAbsolute(path, cwd),
      clock,
    }),
    others: new SessionRecords(folder, clock),
    editByOther: async (path, query) => (await stores()).editByOther(path, query),
    words: {
      refusal: async (conflicts) => (await stores()).refusal(conflicts),
      stale: staleText,
      changedByShell: changedByShellText,
      failedClosed: failedClosedText,
    },
    handOn: (event, entryId) => handOn(event, entryId, env),
  };
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
