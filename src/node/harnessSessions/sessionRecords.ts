import { readdirSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { OtherSessions } from '../../core/harness/hookPorts.ts';
import type { SessionAgent } from '../../core/harness/sessionAgent.ts';
import { SessionFold, type SessionState } from '../../core/harness/sessionState.ts';
import type { Clock } from '../../base/clock.ts';
import { isPlainFolder } from './plainFile.ts';
import { readRecordText, sessionRecordSuffix } from './sessionRecordFile.ts';
import { shellWatchSuffix } from './shellWatchFiles.ts';
import { transcriptEvidence } from './transcriptEvidence.ts';

const dayMs = 24 * 60 * 60_000;
/** By how their names end: records of sessions, and what lies beside them for a moment. */
const keptMs: Readonly<Record<string, number>> = {
  [sessionRecordSuffix]: 7 * dayMs,
  [shellWatchSuffix]: dayMs,
  '.tmp': dayMs,
};

/** All records of a root, each read when it is asked for. */
export class SessionRecords implements OtherSessions {
  constructor(
    private readonly folder: string,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** Reads every record until one names the entry: for conflicts, which are rare. */
  find(entryId: string): ReturnType<OtherSessions['find']> {
    for (const name of this.names()) {
      const state = stateNaming(join(this.folder, name), entryId);
      const agent = [...(state?.agents.values() ?? [])].find((each) => each.entryId === entryId);
      if (state === undefined || agent === undefined) continue;
      const { changedMs, interruptedMs } = transcriptEvidence(agent.transcriptPath);
      const evidence = {
        nowMs: this.clock.now(),
        transcriptChangedMs: changedMs,
        interruptedMs,
        childActiveMs: childActiveMs(state, agent),
      };
      return Promise.resolve({ agent, evidence });
    }
    return Promise.resolve(undefined);
  }

  /** The names of the files, without a look into them. */
  names(): readonly string[] {
    return this.allNames().filter((name) => name.endsWith(sessionRecordSuffix));
  }

  /** Removes what nobody has added to for a week, and what was left behind beside it. */
  prune(): void {
    if (!isPlainFolder(this.folder)) return;
    const nowMs = this.clock.now();
    for (const name of this.allNames()) {
      const suffix = Object.keys(keptMs).find((each) => name.endsWith(each));
      const oldestMs = nowMs - (suffix === undefined ? Infinity : (keptMs[suffix] ?? Infinity));
      const path = join(this.folder, name);
      try {
        if (statSync(path).mtimeMs < oldestMs) unlinkSync(path);
      } catch {
        // Another process removed it, or it is none that can be removed.
      }
    }
  }

  private allNames(): readonly string[] {
    try {
      return readdirSync(this.folder);
    } catch {
      return [];
    }
  }
}

/** A session that waits for its children is at work while they are. */
function childActiveMs({ agents }: SessionState, agent: SessionAgent): number | undefined {
  if (agent.childKey !== undefined) return undefined;
  const signs = [...agents.values()]
    .filter(({ childKey, phase }) => childKey !== undefined && phase === 'working')
    .map(({ lastEventMs }) => lastEventMs);
  return signs.length === 0 ? undefined : Math.max(...signs);
}

function stateNaming(path: string, entryId: string): SessionState | undefined {
  const text = readRecordText(path);
  if (text?.includes(entryId) !== true) return undefined;
  const fold = new SessionFold();
  fold.addText(text);
  return fold.state;
}
