import { readdirSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { OtherSessions } from '../../core/harness/hookPorts.ts';
import { SessionFold, type SessionState } from '../../core/harness/sessionState.ts';
import type { Clock } from '../../base/clock.ts';
import { readRecordText, sessionRecordSuffix } from './sessionRecordFile.ts';
import { transcriptEvidence } from './transcriptEvidence.ts';

const dayMs = 24 * 60 * 60_000;
const keptMs = 7 * dayMs;

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
      if (agent === undefined) continue;
      const { changedMs, interruptedMs } = transcriptEvidence(agent.transcriptPath);
      const evidence = {
        nowMs: this.clock.now(),
        transcriptChangedMs: changedMs,
        interruptedMs,
      };
      return Promise.resolve({ agent, evidence });
    }
    return Promise.resolve(undefined);
  }

  /** The names of the files, without a look into them. */
  names(): readonly string[] {
    try {
      return readdirSync(this.folder).filter((name) => name.endsWith(sessionRecordSuffix));
    } catch {
      return [];
    }
  }

  /** Removes what nobody has added to for a week, and what belongs to it. */
  prune(): void {
    const oldestMs = this.clock.now() - keptMs;
    for (const name of this.names()) {
      const path = join(this.folder, name);
      try {
        if (statSync(path).mtimeMs < oldestMs) unlinkSync(path);
      } catch {
        // Another process removed it.
      }
    }
  }
}

function stateNaming(path: string, entryId: string): SessionState | undefined {
  const text = readRecordText(path);
  if (text?.includes(entryId) !== true) return undefined;
  const fold = new SessionFold();
  fold.addText(text);
  return fold.state;
}
