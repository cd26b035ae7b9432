import type { AgentIdentity } from '../identities/agentIdentity.ts';
import { readAgentIdentity } from '../identities/identityCodec.ts';
import {
  asListOf,
  asName,
  asOneOf,
  asPath,
  asText,
  fieldsOf,
  MalformedField,
  optional,
  present,
  type Reader,
} from './fieldReaders.ts';
import { SessionError } from './sessionError.ts';
import { readSessionId, type SessionId } from './sessionId.ts';

/** Who a session works for. */
export interface SessionParent {
  /** The session id of its entry in the registry of agents. */
  readonly sessionId?: string | undefined;
  readonly actorKey?: string | undefined;
}

/** A conversation that goes on, by the session that was in it, by the agent's own id of it, or by both. */
export interface ResumedConversation {
  readonly sessionId?: SessionId | undefined;
  readonly conversationId?: string | undefined;
}

/** A prompt for a coding agent. */
export interface RunSpec {
  readonly kind: 'run';
  /** The id of a preset, which says how the agent is started. */
  readonly agent: string;
  readonly prompt: string;
  /** The folder in which the agent works, an absolute path. */
  readonly cwd: string;
  readonly parent?: SessionParent | undefined;
  /** Paths of files that the prompt is about. */
  readonly contextFiles?: readonly string[] | undefined;
  /** The conversation that this prompt follows up. */
  readonly resumes?: ResumedConversation | undefined;
  /** The named agent whose turn it is; the agent and its tools are told. */
  readonly identity?: AgentIdentity | undefined;
  /** Which conversation of the named agent it belongs to. */
  readonly conversation?: string | undefined;
}

/** What to execute. Only runs can be; the other kinds exist so that they can be refused by name. */
export type SessionSpec = RunSpec | { readonly kind: 'advice' } | { readonly kind: 'eval' };

/** Longest prompt in UTF-16 code units. */
export const maxPromptLength = 1_000_000;
/** More files belong into the prompt. */
export const maxContextFiles = 1000;

/** Says why a spec cannot be executed. @throws SessionError `invalid-spec` */
export function expectRunnable(spec: SessionSpec): RunSpec {
  const reason = whyNotRunnable(spec);
  if (reason !== undefined) throw new SessionError({ code: 'invalid-spec', reason });
  return spec as RunSpec;
}

function whyNotRunnable(spec: SessionSpec): string | undefined {
  if (spec.kind !== 'run') {
    return `only sessions of the kind "run" can be started, not of the kind ${JSON.stringify(spec.kind)}`;
  }
  if (spec.prompt.trim() === '') return 'the prompt must not be empty';
  if (spec.prompt.length > maxPromptLength) {
    return `the prompt has more than ${maxPromptLength} characters; put it into a file and name that`;
  }
  if (spec.agent.trim() === '') return 'it must say which agent to start';
  if (spec.cwd.trim() === '') return 'it must say in which folder the agent works';
  return undefined;
}

const readParent: Reader<SessionParent> = (value, field) => {
  const at = fieldsOf(value, field);
  return present({
    sessionId: at('sessionId', optional(asName)),
    actorKey: at('actorKey', optional(asName)),
  });
};

const readResumed: Reader<ResumedConversation> = (value, field) => {
  const at = fieldsOf(value, field);
  const resumed = present({
    sessionId: at('sessionId', optional(readSessionId)),
    conversationId: at('conversationId', optional(asName)),
  });
  if (Object.keys(resumed).length > 0) return resumed;
  throw new MalformedField(field, 'must name a session or a conversation.');
};

/** A spec out of a file. @throws MalformedField */
export const readSessionSpec: Reader<SessionSpec> = (value, field) => {
  const at = fieldsOf(value, field);
  const kind = at('kind', asOneOf(['run', 'advice', 'eval']));
  if (kind !== 'run') return { kind };
  return present({
    kind,
    agent: at('agent', asName),
    prompt: at('prompt', asText),
    cwd: at('cwd', asPath),
    parent: at('parent', optional(readParent)),
    contextFiles: at('contextFiles', optional(asListOf(asPath, maxContextFiles))),
    resumes: at('resumes', optional(readResumed)),
    identity: at('identity', optional(readAgentIdentity)),
    conversation: at('conversation', optional(asName)),
  });
};

/** A spec out of a message. @throws SessionError `invalid-spec` that names the field */
export function parseSessionSpec(value: unknown): SessionSpec {
  try {
    return readSessionSpec(value, '');
  } catch (error) {
    if (!(error instanceof MalformedField)) throw error;
    throw new SessionError({ code: 'invalid-spec', reason: withoutStop(error.message) });
  }
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
