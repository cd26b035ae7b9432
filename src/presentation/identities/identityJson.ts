import type { ContinuityFailure } from '../../core/identities/continuityRecord.ts';
import type { LeaseHolder } from '../../core/identities/leaseProvider.ts';
import type {
  ListedIdentity,
  ListedLease,
  ListedProblem,
} from '../../core/identities/listedIdentity.ts';
import type { ReconcileAction } from '../../core/identities/reconcileActions.ts';
import type { JsonValue } from '../agentJson.ts';
import type { ShownOutcome } from './outcomeWords.ts';

/** Whatever is not known or does not apply is null. */
type JsonObject = Readonly<Record<string, JsonValue>>;

/** A named agent as every verb prints it. */
export function identityToJson(listed: ListedIdentity): JsonObject {
  const { spec, record, lease, session, failure } = listed;
  return {
    identity: listed.identity,
    display_name: spec?.displayName ?? null,
    agent: spec?.profile ?? null,
    addressability: spec?.addressability ?? null,
    labels: spec?.labels ?? null,
    peers: listed.peers,
    spec_path: listed.specPath ?? null,
    spec_digest: listed.specDigest ?? null,
    problems: listed.problems.map(listedProblemToJson),
    state: listed.state,
    runtime_id: record?.runtimeId ?? null,
    conversation_id: record?.sessionId ?? null,
    generation: listed.generation ?? null,
    checkpoint_version: listed.checkpointVersion ?? null,
    lease: lease ? leaseToJson(lease) : null,
    failure: failure ? failureToJson(failure) : null,
    waiting_messages: listed.waitingMessages,
    session: session ? { session_id: session.sessionId, is_running: session.isRunning } : null,
    last_output: listed.lastOutput ?? null,
  };
}

/** What is wrong with a description. */
export function listedProblemToJson({
  path,
  field,
  line,
  severity,
  problem,
}: ListedProblem): JsonObject {
  return { path, field: field ?? null, line: line ?? null, severity, problem };
}

export function leaseHolderToJson({ instance, label, pid }: LeaseHolder): JsonObject {
  return { instance, label: label ?? null, pid: pid ?? null };
}

function leaseToJson({ token, holder, isOurs, remainingMs, isHealthy }: ListedLease): JsonObject {
  return {
    token,
    holder: leaseHolderToJson(holder),
    is_ours: isOurs,
    remaining_ms: remainingMs,
    is_healthy: isHealthy,
  };
}

function failureToJson({ kind, detail }: Pick<ContinuityFailure, 'kind' | 'detail'>): JsonObject {
  return { kind, detail };
}

/** What became of an agent that was to be started; its record is told beside it. */
export function outcomeToJson(outcome: ShownOutcome): JsonObject {
  switch (outcome.kind) {
    case 'created':
    case 'unknown':
      return { outcome: outcome.kind };
    case 'resumed':
      return { outcome: outcome.kind, fallback_reason: outcome.fallbackReason ?? null };
    case 'held_elsewhere':
      return { outcome: outcome.kind, holder: leaseHolderToJson(outcome.holder) };
    case 'broken':
      return { outcome: outcome.kind, failure: failureToJson(outcome.failure) };
  }
}

/** One thing that reconciling does, or would do. */
export function reconcileActionToJson(action: ReconcileAction): JsonObject {
  const identity = action.action === 'activate' ? action.spec.identity : action.identity;
  const agent = action.action === 'retire' ? null : action.spec.profile;
  return { action: action.action, identity, agent };
}
