import type { Clock } from '../../base/clock.ts';
import { CoalescedRun } from '../../base/coalescedRun.ts';
import { errorText } from '../../base/errorText.ts';
import { Emitter, type Event } from '../../base/event.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { DisposableStore } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/logger.ts';
import type { AgentRegistry } from './agentRegistry.ts';
import type { AgentRecord } from './agentRecord.ts';
import type { AgentStore } from './agentStore.ts';
import type { FolderChange, FolderWatcher } from './folderWatcher.ts';
import { HeardChanges } from './heardChanges.ts';
import type { LivenessVerdict } from './liveness.ts';
import {
  diffSnapshots,
  emptySnapshot,
  isEmptyDiff,
  type AgentSnapshot,
  type RegistryDiff,
  type RegistrySnapshot,
  type RegistryState,
} from './registrySnapshot.ts';
import { isStaleTerminalEntry } from './retention.ts';

export interface RegistryChange {
  readonly snapshot: RegistrySnapshot;
  readonly diff: RegistryDiff;
}

export interface RegistryMonitorOptions {
  readonly root: string;
  readonly folder: string;
  readonly store: AgentStore;
  readonly registry: AgentRegistry;
  readonly watcher: FolderWatcher;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How often processes are looked at: their death writes no file. */
  readonly livenessIntervalMs?: number | undefined;
  /** How often everything is looked at again, in case an event was lost. */
  readonly rescanIntervalMs?: number | undefined;
}

const defaultLivenessIntervalMs = 2000;
const defaultRescanIntervalMs = 45_000;

/**
 * Keeps an immutable snapshot of a registry current and tells of changes. It never rejects: what goes
 * wrong becomes the state of the snapshot and a line in the log.
 */
export class RegistryMonitor implements Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChange: Emitter<RegistryChange>;
  readonly onDidChange: Event<RegistryChange>;
  private readonly run: CoalescedRun;
  private current: RegistrySnapshot;
  private readonly heard = new HeardChanges();
  private livenessTimer: Disposable | undefined;
  private rescanTimer: Disposable | undefined;

  constructor(private readonly options: RegistryMonitorOptions) {
    const { logger, watcher } = options;
    this._onDidChange = this.own.add(
      new Emitter<RegistryChange>((error) => logger.error('A listener failed.', error)),
    );
    this.onDidChange = this._onDidChange.event;
    this.current = emptySnapshot(options.root, options.folder);
    this.run = this.own.add(
      new CoalescedRun(
        () => this.update(),
        (error) => logger.error('Updating the agents failed.', error),
      ),
    );
    this.own.add(watcher.onDidChange((change) => this.hear(change)));
    this.own.add({ dispose: () => this.livenessTimer?.dispose() });
    this.own.add({ dispose: () => this.rescanTimer?.dispose() });
    this.armRescan();
  }

  get snapshot(): RegistrySnapshot {
    return this.current;
  }

  /** Looks at everything again; resolves when the snapshot shows what was found. */
  refresh(): Promise<void> {
    this.heard.addEverything();
    return this.run.request();
  }

  dispose(): void {
    this.own.dispose();
  }

  private hear(change: FolderChange): void {
    this.heard.add(change);
    void this.run.request();
  }

  private async update(): Promise<void> {
    const scope = this.heard.take();
    try {
      const view = await this.options.store.refresh(scope);
      const state: RegistryState = {
        kind: (await this.options.store.exists()) ? 'ready' : 'absent',
      };
      this.publish({
        ...this.current,
        state,
        agents: await this.assess(view.records()),
        broken: view.broken(),
      });
    } catch (error) {
      // The last good picture stays; only its state says that it is old.
      this.heard.addEverything();
      const problem = errorText(error);
      this.options.logger.warn('The agents could not be read.', error);
      this.publish({ ...this.current, state: { kind: 'failed', problem } });
    }
    this.armLiveness();
  }

  private async assess(records: readonly AgentRecord[]): Promise<readonly AgentSnapshot[]> {
    const nowMs = this.options.clock.now();
    const shown = records.filter((record) => !isStaleTerminalEntry(record.entry, nowMs));
    const verdicts = await this.options.registry.livenessForAll(shown.map(({ entry }) => entry));
    const known = new Map(this.current.agents.map((agent) => [agent.entry, agent]));
    return shown.flatMap((record, i) => {
      const verdict = verdicts[i];
      return verdict ? [reuse(known.get(record.entry), record, verdict)] : [];
    });
  }

  private publish(next: RegistrySnapshot): void {
    const diff = diffSnapshots(this.current, next);
    if (isEmptyDiff(diff)) return;
    this.current = next;
    this._onDidChange.fire({ snapshot: next, diff });
  }

  private armLiveness(): void {
    this.livenessTimer?.dispose();
    const hasProcesses = this.current.agents.some(
      ({ entry }) => entry.status === 'active' && entry.pid !== undefined,
    );
    if (!hasProcesses || this.own.isDisposed) return;
    const delayMs = this.options.livenessIntervalMs ?? defaultLivenessIntervalMs;
    this.livenessTimer = this.options.clock.after(delayMs, () => void this.run.request());
  }

  private armRescan(): void {
    if (this.own.isDisposed) return;
    const delayMs = this.options.rescanIntervalMs ?? defaultRescanIntervalMs;
    this.rescanTimer = this.options.clock.after(delayMs, () => {
      void this.refresh();
      this.armRescan();
    });
  }
}

function reuse(
  known: AgentSnapshot | undefined,
  record: AgentRecord,
  verdict: LivenessVerdict,
): AgentSnapshot {
  // Verdicts are constants, one per reason, so identity tells whether one changed.
  if (known?.verdict === verdict) return known;
  return { entry: record.entry, startedAt: record.startedAt, verdict };
}
