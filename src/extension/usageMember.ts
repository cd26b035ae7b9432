import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { systemClock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { AgentEntry, AgentUsageSummary } from '../core/agents/agentEntry.ts';
import type { AgentSnapshot } from '../core/agents/registrySnapshot.ts';
import type { PriceTable } from '../core/harness/usage/priceTable.ts';
import { raiseUsageSummary, type SummaryFigures } from '../core/harness/usage/usageSummary.ts';
import type { AgentTranscript } from '../harnesses/usage/sessionUsage.ts';
import { withTranscriptFormat } from '../harnesses/usage/transcriptFormats.ts';
import {
  SessionRecordFile,
  sessionRecordName,
  sessionRecordsFolder,
} from '../node/harnessSessions/sessionRecordFile.ts';
import { transcriptName } from '../node/usage/transcriptName.ts';
import { UsageReader } from '../node/usage/usageReader.ts';
import { usageOfEntry, type ShownUsage } from '../presentation/usageShown.ts';
import { UsageSums } from '../presentation/usageSums.ts';
import type { RootSessions } from './sessionSet.ts';
import { UsageWatch } from './usageWatch.ts';
import type { TranscriptNews, WatchedAgent } from './usageWatchPorts.ts';

/** What a member of the set needs of the others. */
export interface UsageMemberPorts {
  readonly logger: vscode.LogOutputChannel;
  readonly prices: () => PriceTable;
  readonly agentsNow: () => readonly AgentSnapshot[];
  readonly find: (entryId: string) => AgentEntry | undefined;
  readonly closeTurn: (entryId: string) => Promise<void>;
  readonly onDidChange: (entryIds: ReadonlySet<string>) => void;
}

/** What the agents of one root used: reads their transcripts, and raises the figures of their entries. */
export class UsageMember implements Disposable {
  readonly watch: UsageWatch;
  readonly sums: UsageSums;
  private readonly reader: UsageReader;
  private readonly folder: string;
  /** How each transcript was when it was read last. */
  private readonly stamps = new Map<string, string>();
  private readonly ofEntries = new WeakMap<AgentUsageSummary, ShownUsage>();

  constructor(
    readonly sessions: RootSessions,
    private readonly ports: UsageMemberPorts,
  ) {
    const { logger } = ports;
    this.folder = sessionRecordsFolder(sessions.root.location);
    this.reader = new UsageReader({ folder: this.folder, logger });
    this.sums = new UsageSums({
      agents: ports.agentsNow,
      usageOf: (agent) => this.usageOf(agent),
    });
    this.watch = new UsageWatch({
      states: () => sessions.states,
      read: (transcript) => this.read(transcript),
      raise: (entryId, figures) => this.raise(entryId, figures),
      grew: (growth) => sessions.noteGrowth(growth),
      isPresent: (entryId) => isPresent(this.sums.find(entryId)),
      interrupted: (agent) => this.endTurn(agent),
      prices: ports.prices,
      mayRead: () => vscode.workspace.isTrusted,
      clock: systemClock,
      logger,
    });
    this.watch.onDidChange((entryIds) => ports.onDidChange(this.sums.noteUsage(entryIds)));
    this.watch.mark(sessions.now.keys());
  }

  usageOf({ entry }: AgentSnapshot): ShownUsage | undefined {
    return this.watch.usageOf(entry.sessionId) ?? this.usageOfEntry(entry.usageSummary);
  }

  withChildren(sessionId: string): ShownUsage | undefined {
    return this.sums.withChildren(sessionId);
  }

  get independent(): readonly AgentSnapshot[] {
    return this.sums.independent;
  }

  dispose(): void {
    this.watch.dispose();
  }

  /** The same object for the same figures, because rows are compared by it. */
  private usageOfEntry(summary: AgentUsageSummary): ShownUsage | undefined {
    const known = this.ofEntries.get(summary);
    if (known) return known;
    const usage = usageOfEntry(summary);
    if (usage) this.ofEntries.set(summary, usage);
    return usage;
  }

  /** A transcript that did not grow is not opened. */
  private async read(transcript: AgentTranscript): Promise<TranscriptNews | undefined> {
    const { path: transcriptPath, harness } = transcript;
    const name = transcriptName(transcript);
    const seen = await stampOf(transcriptPath);
    if (seen === undefined || this.stamps.get(name) === seen.stamp) return undefined;
    const result = await withTranscriptFormat(harness, (format) =>
      this.reader.read({ name, transcriptPath, format }),
    );
    if (result === undefined) return undefined;
    if (result.kind === 'refused') this.ports.logger.debug(result.problem);
    if (result.kind !== 'read' || result.isComplete) this.stamps.set(name, seen.stamp);
    if (result.kind !== 'read') return undefined;
    const { reading, isComplete } = result;
    return { reading, isComplete, changedMs: seen.changedMs };
  }

  private async raise(entryId: string, figures: SummaryFigures): Promise<void> {
    const known = this.ports.find(entryId);
    const isLess =
      known === undefined || raiseUsageSummary(known.usageSummary, figures) === known.usageSummary;
    if (isLess) return;
    const { root } = this.sessions;
    // A registry that was removed is not made again for a figure.
    if (!existsSync(join(root.folder, `${entryId}.toml`))) return;
    try {
      await root.registry.updateEntry(entryId, (entry) => ({
        ...entry,
        usageSummary: raiseUsageSummary(entry.usageSummary, figures),
      }));
    } catch (error) {
      this.ports.logger.warn(`The usage of ${entryId} was not written.`, error);
    }
  }

  /** As the hooks do at the end of a turn: the record first, so that nobody sees it work without locks. */
  private async endTurn({ state: { header }, agent }: WatchedAgent): Promise<void> {
    const { childKey, entryId, lastEventMs } = agent;
    try {
      const record = new SessionRecordFile(
        this.folder,
        sessionRecordName(header.harness, header.sessionKey),
      );
      const now = record.state?.agents.get(childKey ?? '');
      // Meanwhile a hook may have told more.
      if (now?.lastEventMs !== lastEventMs) return;
      const by = childKey === undefined ? {} : { child: childKey };
      record.append({ kind: 'turn-end', atMs: systemClock.now(), ...by });
      await this.ports.closeTurn(entryId);
      this.ports.logger.info(`The turn of ${entryId} is over: a person interrupted it.`);
    } catch (error) {
      this.ports.logger.warn(`The interrupted turn of ${entryId} could not be ended.`, error);
    }
  }
}

function isPresent(agent: AgentSnapshot | undefined): boolean {
  return agent?.entry.status === 'active' && agent.verdict.liveness !== 'dead';
}

interface FileStamp {
  readonly stamp: string;
  readonly changedMs: number;
}

async function stampOf(path: string): Promise<FileStamp | undefined> {
  // On Windows, to look at a file of another machine is to log in there.
  if (/^[\\/]{2}/.test(path)) return undefined;
  try {
    const { size, mtimeMs, ino } = await stat(path);
    return { stamp: `${ino}-${size}-${mtimeMs}`, changedMs: mtimeMs };
  } catch {
    // There is none yet, or it was removed.
    return undefined;
  }
}
