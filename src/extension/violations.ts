import type * as vscode from 'vscode';
import { Emitter } from '../base/event.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import type { AgentEntry } from '../core/agents/agentEntry.ts';
import type { ActivityEvent, ActivityParty } from '../core/activity/activityEvent.ts';
import { agentName } from '../presentation/agentWording.ts';
import { parseIncidentElement } from '../presentation/violationElement.ts';
import { incidentKind, IncidentHistory, type Incident } from '../presentation/violationHistory.ts';
import type { RegistrySet, RootRegistry } from './registrySet.ts';

const spanMs = 24 * 60 * 60_000;
const maxPast = 1000;
const maxRemembered = 2000;

/** An incident and where it happened. */
export interface LocatedIncident {
  readonly root: RootRegistry;
  readonly incident: Incident;
}

/** Something happened in a root, or more of its past is known. */
export interface IncidentChange {
  readonly root: RootRegistry;
  /** What happened just now; empty for what is past. */
  readonly news: readonly Incident[];
}

/**
 * What was refused and what was violated in the last 24 hours, for all roots. What happens is followed
 * from the start; the past is read when somebody asks for it.
 */
export class IncidentSet implements Disposable {
  private readonly own = new DisposableStore();
  private readonly _onDidChange: Emitter<IncidentChange>;
  private readonly members = new Map<RootRegistry, RootIncidents>();

  constructor(
    private readonly registries: Pick<RegistrySet, 'onDidChange' | 'roots'>,
    private readonly logger: vscode.LogOutputChannel,
  ) {
    this._onDidChange = this.own.add(
      new Emitter<IncidentChange>((error) => logger.error('A listener failed.', error)),
    );
    this.own.add({ dispose: () => this.members.forEach((member) => member.dispose()) });
    this.own.add(
      registries.onDidChange(({ root, change }) => {
        if (root === undefined || change === undefined) this.reopen();
        else this.member(root)?.begin();
      }),
    );
    this.reopen();
  }

  get onDidChange(): Emitter<IncidentChange>['event'] {
    return this._onDidChange.event;
  }

  /** The newest first, as far as it is read by now. Asking begins to read the past. */
  recent(root: string, nowMs: number): readonly Incident[] {
    const member = this.member(root);
    void member?.readPast();
    return member?.history.recent(nowMs) ?? [];
  }

  /** The newest first, with the past. */
  async all(root: string): Promise<readonly Incident[]> {
    const member = this.member(root);
    await member?.readPast();
    return member?.history.recent(Date.now()) ?? [];
  }

  /** The incident of a row; undefined for anything else, and when it is forgotten. */
  find(element: unknown): LocatedIncident | undefined {
    const ref = parseIncidentElement(element);
    const member = ref && this.member(ref.root);
    const incident = ref && member?.history.find(ref.id);
    return member && incident && { root: member.root, incident };
  }

  dispose(): void {
    this.own.dispose();
  }

  private member(folder: string): RootIncidents | undefined {
    return [...this.members.values()].find(({ root }) => root.location.root === folder);
  }

  private reopen(): void {
    const { roots } = this.registries;
    for (const [root, member] of this.members) {
      if (roots.includes(root)) continue;
      member.dispose();
      this.members.delete(root);
    }
    for (const root of roots) {
      if (this.members.has(root)) continue;
      const tell = (news: readonly Incident[]): void => this._onDidChange.fire({ root, news });
      this.members.set(root, new RootIncidents(root, tell, this.logger));
    }
  }
}

/** Names those of a root who are in its registry as they are called everywhere else. */
export function partyNamer(
  { snapshot }: Pick<RootRegistry, 'snapshot'>,
  t: typeof vscode.l10n.t,
): (party: ActivityParty) => string | undefined {
  let entries: ReadonlyMap<string, AgentEntry> | undefined;
  return ({ sessionId }) => {
    if (sessionId === undefined) return undefined;
    // Made when the first is asked for: mostly there is none.
    entries ??= new Map(snapshot.agents.map(({ entry }) => [entry.sessionId, entry]));
    const entry = entries.get(sessionId);
    return entry && agentName(entry, t);
  };
}

class RootIncidents implements Disposable {
  private readonly own = new DisposableStore();
  readonly history = new IncidentHistory();
  private past: Promise<void> | undefined;
  private isFollowing = false;
  /** What was followed before the past was read, which has it as well. */
  private readonly followed = new Set<string>();

  constructor(
    readonly root: RootRegistry,
    private readonly tell: (news: readonly Incident[]) => void,
    private readonly logger: vscode.LogOutputChannel,
  ) {
    // Activation does not wait for it.
    setImmediate(() => this.begin());
  }

  /** Follows from now on, once there is a registry. Where there is none, nothing is looked at. */
  begin(): void {
    if (this.isFollowing || this.own.isDisposed || !this.hasRegistry) return;
    this.isFollowing = true;
    this.follow();
  }

  /** Reads it once. Never rejects. */
  readPast(): Promise<void> {
    if (!this.hasRegistry) return Promise.resolve();
    return (this.past ??= this.read());
  }

  private get hasRegistry(): boolean {
    const { kind } = this.root.snapshot.state;
    return kind !== 'absent' && kind !== 'loading';
  }

  dispose(): void {
    this.own.dispose();
  }

  private follow(): void {
    const follower = this.own.add(this.root.activity.follow());
    follower.onDidAppend((events) => {
      const news = events.flatMap((event) => this.add(event));
      if (news.length > 0) this.tell(news);
    });
  }

  private add(event: ActivityEvent): readonly Incident[] {
    const incident = this.history.add(event);
    if (incident === undefined) return [];
    if (this.followed.size < maxRemembered) this.followed.add(JSON.stringify(event));
    return [incident];
  }

  /** Never rejects. */
  private async read(): Promise<void> {
    try {
      const { events } = await this.root.activity.read({
        sinceMs: Date.now() - spanMs,
        limit: maxPast,
        matches: (event) => incidentKind(event) !== undefined,
      });
      if (this.own.isDisposed) return;
      const past = events.filter((event) => !this.followed.has(JSON.stringify(event)));
      for (const event of past) this.history.add(event);
      if (past.length > 0) this.tell([]);
    } catch (error) {
      this.logger.warn('The activity could not be read.', error);
    }
  }
}
