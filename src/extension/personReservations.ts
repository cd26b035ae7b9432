import * as vscode from 'vscode';
import { systemClock, type Clock } from '../base/clock.ts';
import { CoalescedRun } from '../base/coalescedRun.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { partyWithoutEntry } from '../core/activity/agentParty.ts';
import type { AgentEntry } from '../core/agents/agentEntry.ts';
import type { ReserveOutcome } from '../core/agents/agentRegistry.ts';
import {
  adopted,
  beaten,
  isHeldByWindow,
  isLeftBehind,
  isSilent,
  newPersonReservation,
  personActorKey,
  reservationBeatMs,
  type PersonWindow,
} from '../core/agents/personReservation.ts';
import { RegistryError } from '../core/agents/registryError.ts';
import { currentBaseState } from '../node/baseState.ts';
import { hostParentProcessId } from '../node/personIdentity.ts';
import { recordProcess, type RecordedProcess } from '../node/recordedProcess.ts';
import type { LocatedAgent, RegistrySet, RootRegistry } from './registrySet.ts';
import { offerRelease } from './reservationOffer.ts';
import type { WindowIdentity } from './windowIdentity.ts';

export interface PersonReservationsOptions {
  readonly identity: WindowIdentity;
  readonly logger: vscode.LogOutputChannel;
  readonly clock?: Clock | undefined;
}

export interface ReservationRequest {
  readonly root: RootRegistry;
  readonly folder: vscode.WorkspaceFolder;
  readonly thread: string;
  readonly task: string | undefined;
}

/**
 * The reservations of the person at this window. They record the editor's own process and this
 * window's id, so that they survive a reload, after which the window adopts them again. While it is
 * open it gives a sign of life for them each minute; what was left behind is offered for release.
 * In an untrusted workspace nothing is written.
 */
export class PersonReservations implements Disposable {
  private readonly own = new DisposableStore();
  private readonly adoption: CoalescedRun;
  /** Entries that this window has adopted or made since it was loaded, by root and session id. */
  private readonly held = new Set<string>();
  private readonly offered = new Set<string>();
  private lastTickMs: number;
  private timer: Disposable | undefined;

  constructor(
    private readonly registries: RegistrySet,
    private readonly options: PersonReservationsOptions,
  ) {
    this.lastTickMs = this.clock.now();
    this.adoption = this.own.add(
      new CoalescedRun(
        () => this.adoptAll(),
        (error) => options.logger.warn('Adopting reservations failed.', error),
      ),
    );
    this.own.add(registries.onDidChange(() => void this.adoption.request()));
    this.own.add({ dispose: () => this.timer?.dispose() });
    this.armTick();
  }

  /** Takes a thread for the person at this window. @throws RegistryError of the store */
  async reserve({ root, folder, thread, task }: ReservationRequest): Promise<ReserveOutcome> {
    await this.options.identity.remember();
    const path = folder.uri.fsPath;
    const process = await this.currentProcess(root);
    const window = this.windowFor(root);
    const build = (sessionId: string): AgentEntry => {
      // Known as ours before anybody can see it, so that it is not adopted as if it were old.
      this.held.add(keyOf(root, sessionId));
      return newPersonReservation(
        {
          sessionId,
          thread,
          path,
          baseState: currentBaseState(root.location.heddleFolder, path),
          attachReason: task,
        },
        { window, process, nowMs: this.clock.now() },
      );
    };
    const who = partyWithoutEntry({ provider: 'human', nativeActorKey: window.actorKey });
    return root.registry.tryReserveThread(thread, build, who);
  }

  /** True for what was reserved in this window. */
  isMine(entry: AgentEntry): boolean {
    return isHeldByWindow(entry, this.options.identity.windowId);
  }

  dispose(): void {
    this.own.dispose();
  }

  private get clock(): Clock {
    return this.options.clock ?? systemClock;
  }

  private async adoptAll(): Promise<void> {
    for (const root of this.writableRoots()) {
      for (const { entry } of root.snapshot.agents) {
        if (!this.isMine(entry) || this.held.has(keyOf(root, entry.sessionId))) continue;
        await this.adopt(root, entry);
      }
    }
  }

  /** The process may be another one since: the editor was restarted. */
  private async adopt(root: RootRegistry, entry: AgentEntry): Promise<void> {
    const process = await this.currentProcess(root);
    const isOld = isSilent(entry, this.clock.now());
    await this.updateMine(root, entry, (current) => adopted(current, process, this.clock.now()));
    this.held.add(keyOf(root, entry.sessionId));
    if (isOld) this.offer(root, entry, 'own');
  }

  private armTick(): void {
    if (this.own.isDisposed) return;
    this.timer = this.clock.after(reservationBeatMs, () => void this.tick());
  }

  /** Never rejects. */
  private async tick(): Promise<void> {
    const nowMs = this.clock.now();
    // After a sleep of the machine every window is silent until it has had time to speak.
    const hasSlept = nowMs - this.lastTickMs > 2 * reservationBeatMs;
    this.lastTickMs = nowMs;
    try {
      await this.adoption.request();
      for (const root of this.writableRoots()) {
        await this.beatAll(root);
        if (!hasSlept) await this.offerLeftBehind(root);
      }
    } catch (error) {
      this.options.logger.warn('Looking after reservations failed.', error);
    } finally {
      this.armTick();
    }
  }

  private async beatAll(root: RootRegistry): Promise<void> {
    for (const { entry } of root.snapshot.agents) {
      if (!this.isMine(entry) || !this.held.has(keyOf(root, entry.sessionId))) continue;
      try {
        await this.updateMine(root, entry, (current) => beaten(current, this.clock.now()));
      } catch (error) {
        // The next minute brings another one, and three are needed before anybody asks.
        this.options.logger.debug('A reservation could not be kept fresh.', error);
      }
    }
  }

  private async offerLeftBehind(root: RootRegistry): Promise<void> {
    const host = await root.probe.host();
    const window = this.windowFor(root);
    for (const { entry } of root.snapshot.agents) {
      const nowMs = this.clock.now();
      if (isLeftBehind(entry, { window, host, nowMs })) this.offer(root, entry, 'other-window');
    }
  }

  /** Asks once for each reservation, until the window is loaded anew. */
  private offer(root: RootRegistry, entry: AgentEntry, from: 'own' | 'other-window'): void {
    const key = keyOf(root, entry.sessionId);
    if (this.offered.has(key)) return;
    this.offered.add(key);
    const find = (): LocatedAgent | undefined =>
      this.registries.find(root.location.root, entry.sessionId);
    offerRelease(entry, { from, find, logger: this.options.logger });
  }

  /** Changes an entry only while it is still this window's. */
  private async updateMine(
    root: RootRegistry,
    { sessionId }: AgentEntry,
    update: (entry: AgentEntry) => AgentEntry,
  ): Promise<void> {
    await root.registry.updateEntry(sessionId, (current) => {
      if (this.isMine(current)) return update(current);
      const message = `${sessionId} is not held by this window any more.`;
      throw new RegistryError('not-active', message, { sessionId });
    });
  }

  private writableRoots(): readonly RootRegistry[] {
    if (!vscode.workspace.isTrusted) return [];
    return this.registries.roots.filter((root) => !root.store.isReadOnly);
  }

  private windowFor(root: RootRegistry): PersonWindow {
    const { identity } = this.options;
    const actorKey = personActorKey(identity.nameIn(root.location.root));
    return { clientInstanceId: identity.windowId, actorKey };
  }

  private currentProcess(root: RootRegistry): Promise<RecordedProcess> {
    return recordProcess(root.probe, hostParentProcessId());
  }
}

function keyOf(root: RootRegistry, sessionId: string): string {
  return `${sessionId}@${root.location.root}`;
}
