import type { Clock } from '../../base/clock.ts';
import type { PermissionPolicy } from '../../core/acp/permissionPolicy.ts';
import type { ProcessProbe } from '../../core/agents/liveness.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { Mandate } from '../../core/identities/sessionBridge.ts';
import { isTerminal, type TerminalOutcome } from '../../core/sessions/executionState.ts';
import { present } from '../../core/sessions/fieldReaders.ts';
import { isTerminalEvent, type ProgressEvent } from '../../core/sessions/progressEvent.ts';
import { readRecordedSession } from '../../core/sessions/recoverSession.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import type { RunSpec } from '../../core/sessions/sessionSpec.ts';
import type { HeddleRoot } from '../heddleRoot.ts';
import { initRegistry } from '../initRegistry.ts';
import { attachToSession } from '../sessions/attachToSession.ts';
import { ownEndpointPlace, type EndpointPlace } from '../sessions/endpointFolder.ts';
import { isHostError } from '../sessions/hostErrors.ts';
import type { HostClientInfo } from '../sessions/hostProtocol.ts';
import { SessionFiles } from '../sessions/jsonlSessionStore.ts';
import { SessionIndex } from '../sessions/sessionIndex.ts';
import type { Retention } from '../sessions/sessionHistory.ts';
import { sessionsFolder } from '../sessions/sessionsFolder.ts';
import type { AgentCommand } from '../sessions/startRequest.ts';
import { startSessionHost, type HostProgram } from '../sessions/startSessionHost.ts';
import { watchSession } from '../sessions/watchSession.ts';

/** Sessions, as far as agents with names need them. */
export interface IdentitySessions {
  /** Resolves when the host of the session has it. @throws SessionError, RegistryError */
  start(spec: RunSpec, agent: AgentCommand): Promise<SessionId>;
  /**
   * Tells each event, those that were before included, and resolves with the end; undefined when it was
   * aborted. @throws SessionError `not-found`, Error when it cannot be read
   */
  follow(
    sessionId: SessionId,
    how: { readonly signal: AbortSignal; onEvent(event: ProgressEvent): void },
  ): Promise<TerminalOutcome | undefined>;
  /**
   * Asks it to stop; one that has ended is left as it is, and so is one of which `isOurs` says, when it can
   * be asked, that somebody else owns it. @throws HostError when it cannot be asked
   */
  cancel(sessionId: SessionId, detail: string, isOurs?: Mandate['isOurs']): Promise<void>;
  /** Those of an identity that go on, the newest first, whoever started them. @throws system errors */
  runningOf(identity: AgentIdentity): Promise<readonly SessionId[]>;
  /**
   * Those of an identity since a time by the wall clock, the newest first, whoever started them and whether
   * they have ended or not. Where it is missing nobody can tell. @throws system errors
   */
  since?(identity: AgentIdentity, sinceMs: number): Promise<readonly BegunSession[]>;
}

/** A session, and what it was begun with. */
export interface BegunSession {
  readonly sessionId: SessionId;
  readonly prompt: string;
  /** Which conversation of the identity it belongs to; unknown of those of earlier versions. */
  readonly conversation?: string | undefined;
}

export interface HostedSessionsOptions {
  readonly location: HeddleRoot;
  readonly program: HostProgram;
  /** The environment of hosts and agents. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly policy?: (() => PermissionPolicy | undefined) | undefined;
  readonly keep?: (() => Retention | undefined) | undefined;
  /** Who attaches, as hosts are told. */
  readonly client: HostClientInfo;
  readonly probe: ProcessProbe;
  readonly clock: Clock;
}

/** Sessions in processes of their own, which outlive whoever started them. */
export class HostedSessions implements IdentitySessions {
  private readonly folder: string;
  private readonly index: SessionIndex;
  private readonly place: EndpointPlace;

  constructor(private readonly options: HostedSessionsOptions) {
    this.folder = sessionsFolder(options.location);
    this.place = ownEndpointPlace({ ...options.env });
    this.index = new SessionIndex(this.folder, { probe: options.probe });
  }

  async start(spec: RunSpec, agent: AgentCommand): Promise<SessionId> {
    const { location, program, env, policy, keep, client, clock } = this.options;
    // A fresh clone has descriptions of agents and no registry yet.
    await initRegistry(location);
    return startSessionHost({
      ...{ spec, agent, program, env, clock, policy: policy?.(), keep: keep?.() },
      location: { ...location, isPresent: true },
      // A window attaches with its editor to every session.
      expectsEditor: client.kind === 'window',
    });
  }

  async follow(
    sessionId: SessionId,
    how: { readonly signal: AbortSignal; onEvent(event: ProgressEvent): void },
  ): Promise<TerminalOutcome | undefined> {
    const { client, probe, clock } = this.options;
    const { place } = this;
    const { signal } = how;
    let outcome: TerminalOutcome | undefined;
    for await (const seen of watchSession(this.folder, {
      ...{ sessionId, client, place, probe, clock, signal },
    })) {
      if (seen.kind !== 'event') continue;
      how.onEvent(seen.event);
      if (seen.event.kind === 'state-transition' && isTerminalEvent(seen.event)) {
        ({ outcome } = seen.event);
      }
    }
    if (outcome !== undefined || signal.aborted) return outcome;
    // The end was told by a newer version, or without what belongs to it.
    const record = await readRecordedSession(new SessionFiles(this.folder), sessionId);
    return record && isTerminal(record.state) ? record.state : undefined;
  }

  async cancel(sessionId: SessionId, detail: string, isOurs?: Mandate['isOurs']): Promise<void> {
    const { client, clock } = this.options;
    try {
      const options = { sessionId, client, clock, place: this.place };
      const attached = await attachToSession(this.folder, options);
      try {
        if ((await isOurs?.()) === false) return;
        await attached.cancel({ code: 'parent-dropped', detail, by: client.name });
      } finally {
        attached.dispose();
      }
    } catch (error) {
      // Without a host it has ended, or is about to be found ended.
      if (!isHostError(error, 'unreachable') && !isHostError(error, 'lost')) throw error;
    }
  }

  async runningOf(identity: AgentIdentity): Promise<readonly SessionId[]> {
    const { sessions } = await this.index.list();
    return sessions.flatMap(({ record: { header, state } }) => {
      const isOf = header.spec.kind === 'run' && header.spec.identity === identity;
      return isOf && !isTerminal(state) ? [header.sessionId] : [];
    });
  }

  async since(identity: AgentIdentity, sinceMs: number): Promise<readonly BegunSession[]> {
    const { sessions } = await this.index.list();
    return sessions.flatMap(({ record: { header } }) => {
      const { spec, sessionId, createdAtMs } = header;
      const isOf = spec.kind === 'run' && spec.identity === identity && createdAtMs >= sinceMs;
      if (!isOf) return [];
      const { prompt, conversation } = spec;
      return [present<BegunSession>({ sessionId, prompt, conversation })];
    });
  }
}
