import type { ActivityEvent, ActivityParty } from '../core/activity/activityEvent.ts';

/** An edit that was refused, or a change of a file past whoever holds it. */
export interface Incident {
  /** Of no other incident of the same root, and the same while it is shown. */
  readonly id: string;
  readonly kind: 'refusal' | 'violation';
  /** Of several alike the newest. */
  readonly event: ActivityEvent;
  /** How often it happened. */
  readonly count: number;
}

/** What of an event of the log is worth showing as an incident; undefined for everything else. */
export function incidentKind({ kind, cause }: ActivityEvent): Incident['kind'] | undefined {
  if (kind === 'lock-refused') return 'refusal';
  if (kind === 'edit-unguarded') return 'violation';
  // A person who saves over a lock was asked first.
  const isForbidden = cause === 'shell' || cause === 'unguarded';
  return kind === 'lock-saved-over' && isForbidden ? 'violation' : undefined;
}

/** Who did or wanted to do it, and who holds the file. */
export function incidentParties({ kind, actor, other }: ActivityEvent): {
  readonly doer: ActivityParty | undefined;
  readonly holder: ActivityParty | undefined;
} {
  return kind === 'lock-saved-over'
    ? { doer: other, holder: actor }
    : { doer: actor, holder: other };
}

const defaultLimits = { spanMs: 24 * 60 * 60_000, maxCount: 50 };

/**
 * The incidents of a span of time. An agent that tries again and again to edit the same file is one
 * refusal, so that it does not push out the others.
 */
export class IncidentHistory {
  /** By time, oldest first. */
  private incidents: Incident[] = [];

  constructor(private readonly limits = defaultLimits) {}

  /** Takes note of an event; undefined when it is no incident. */
  add(event: ActivityEvent): Incident | undefined {
    const kind = incidentKind(event);
    if (kind === undefined || event.paths.length === 0) return undefined;
    const alike =
      kind === 'refusal' ? this.incidents.find((each) => isAlike(each, event)) : undefined;
    const incident: Incident = {
      id: alike?.id ?? this.newId(event.atMs),
      kind,
      event: alike !== undefined && alike.event.atMs > event.atMs ? alike.event : event,
      count: (alike?.count ?? 0) + 1,
    };
    const others = this.incidents.filter((each) => each !== alike);
    // Events come nearly in order, so the place is nearly always the end.
    const after = others.findLastIndex((each) => each.event.atMs <= incident.event.atMs);
    others.splice(after + 1, 0, incident);
    this.incidents = others.slice(-this.limits.maxCount);
    return incident;
  }

  /** The newest first. */
  recent(nowMs: number): readonly Incident[] {
    const firstMs = nowMs - this.limits.spanMs;
    this.incidents = this.incidents.filter(({ event }) => event.atMs >= firstMs);
    return this.incidents.toReversed();
  }

  find(id: string): Incident | undefined {
    return this.incidents.find((each) => each.id === id);
  }

  private newId(atMs: number): string {
    let place = 0;
    while (this.find(`${atMs}-${place}`) !== undefined) place += 1;
    return `${atMs}-${place}`;
  }
}

function isAlike({ kind, event }: Incident, other: ActivityEvent): boolean {
  return (
    kind === 'refusal' &&
    event.cause === other.cause &&
    partyKey(event.actor) === partyKey(other.actor) &&
    partyKey(event.other) === partyKey(other.other) &&
    event.paths.join('\n') === other.paths.join('\n')
  );
}

/** A session stays the same where its number of a holder does not. */
function partyKey(party: ActivityParty | undefined): string {
  return party?.sessionId ?? `${party?.holderId ?? ''} ${party?.name ?? ''}`;
}
