import {
  asCount,
  asListOf,
  asName,
  asOneOf,
  asText,
  fieldsOf,
  MalformedField,
  optional,
  present,
  type Reader,
} from '../sessions/fieldReaders.ts';
import {
  InvalidIdentity,
  parseAgentIdentity,
  parseDisplayName,
  parseRuntimeId,
  type AgentIdentity,
  type AgentRuntimeId,
} from './agentIdentity.ts';
import {
  continuityFailureKinds,
  type ContinuityFailure,
  type ContinuityRecord,
  type ContinuityResolveState,
  type SessionSnapshot,
} from './continuityRecord.ts';
import { addressabilities, type DurableAgentSpec } from './durableAgentSpec.ts';
import type { LeaseGrant } from './leaseProvider.ts';
import { peerEdge, SelfEdge, type ManagedPeerEdge } from './managedPeerEdge.ts';

/** An identity out of a file or a message. */
export const readAgentIdentity: Reader<AgentIdentity> = named(parseAgentIdentity);

/** A runtime id out of a file or a message. */
export const readRuntimeId: Reader<AgentRuntimeId> = named(parseRuntimeId);

/** A name for people out of a file or a message. */
export const readDisplayName: Reader<string> = named(parseDisplayName);

/** A record out of a file or a message. */
export const readContinuityRecord: Reader<ContinuityRecord> = (value, field) => {
  const at = fieldsOf(value, field);
  return {
    identity: at('identity', readAgentIdentity),
    runtimeId: at('runtimeId', readRuntimeId),
    sessionId: at('sessionId', asName),
    generation: at('generation', asCount),
    checkpointVersion: at('checkpointVersion', asCount),
  };
};

/** A snapshot out of `{"data": base64}`. */
export const readSessionSnapshot: Reader<SessionSnapshot> = (value, field) => {
  const text = fieldsOf(value, field)('data', asText);
  try {
    return { data: Uint8Array.from(atob(text), (character) => character.charCodeAt(0)) };
  } catch {
    throw new MalformedField(field === '' ? 'data' : `${field}.data`, 'must be base64.');
  }
};

/** A snapshot as JSON holds it. */
export function encodeSessionSnapshot({ data }: SessionSnapshot): { readonly data: string } {
  let binary = '';
  for (const byte of data) binary += String.fromCharCode(byte);
  return { data: btoa(binary) };
}

/** A lease out of a file or a message. */
export const readLeaseGrant: Reader<LeaseGrant> = (value, field) => {
  const at = fieldsOf(value, field);
  return {
    identity: at('identity', readAgentIdentity),
    token: at('token', asCount),
    ttlMs: at('ttlMs', asCount),
  };
};

/** An edge in either order; never one of an identity with itself. */
export const readManagedPeerEdge: Reader<ManagedPeerEdge> = (value, field) => {
  const at = fieldsOf(value, field);
  try {
    return peerEdge(at('a', readAgentIdentity), at('b', readAgentIdentity));
  } catch (error) {
    if (error instanceof SelfEdge) throw new MalformedField(field, 'connects an agent to itself.');
    throw error;
  }
};

const maxPeers = 1000;
const maxInstructions = 1000;

/** A spec out of a message; who may speak to it is everybody where nothing is said. */
export const readDurableAgentSpec: Reader<DurableAgentSpec> = (value, field) => {
  const at = fieldsOf(value, field);
  return present<DurableAgentSpec>({
    identity: at('identity', readAgentIdentity),
    profile: at('profile', asName),
    addressability: at('addressability', optional(asOneOf(addressabilities))) ?? 'addressable',
    displayName: at('displayName', optional(readDisplayName)),
    labels: at('labels', optional(readLabels)) ?? {},
    context: at('context', (context) => context),
    additionalInstructions:
      at('additionalInstructions', optional(asListOf(asText, maxInstructions))) ?? [],
    peers: at('peers', optional(asListOf(readAgentIdentity, maxPeers))) ?? [],
  });
};

/** What a store knows, out of a message. */
export const readContinuityResolveState: Reader<ContinuityResolveState> = (value, field) => {
  const at = fieldsOf(value, field);
  const state = at('state', asOneOf(['uninitialized', 'ready', 'broken']));
  if (state === 'ready') return { state, record: at('record', readContinuityRecord) };
  if (state === 'broken') return { state, failure: at('failure', readFailure) };
  return { state };
};

const readFailure: Reader<ContinuityFailure> = (value, field) => {
  const at = fieldsOf(value, field);
  return present<ContinuityFailure>({
    identity: at('identity', readAgentIdentity),
    kind: at('kind', asOneOf(continuityFailureKinds)),
    record: at('record', optional(readContinuityRecord)),
    detail: at('detail', asText),
  });
};

const readLabels: Reader<Readonly<Record<string, string>>> = (value, field) => {
  const at = fieldsOf(value, field);
  const keys = Object.keys(value as object);
  return Object.fromEntries(keys.map((key) => [key, at(key, asText)]));
};

function named<T>(parse: (input: string) => T): Reader<T> {
  return (value, field) => {
    try {
      return parse(asText(value, field));
    } catch (error) {
      if (!(error instanceof InvalidIdentity)) throw error;
      throw new MalformedField(field, `is not a name: it ${error.reason}.`);
    }
  };
}
