import type { SessionSnapshot } from '../../core/identities/continuityRecord.ts';
import { errorText } from '../../base/errorText.ts';
import {
  asCount,
  asFlag,
  asName,
  asText,
  fieldsOf,
  MalformedField,
  optional,
  present,
  type Reader,
} from '../../core/sessions/fieldReaders.ts';
import { readSessionId, type SessionId } from '../../core/sessions/sessionId.ts';
import { assertVersion } from './jsonFile.ts';

/** Where the conversation of an identity stands; what a checkpoint of it keeps. */
export interface Conversation {
  /** The handle under which the record of the identity knows it. */
  readonly conversation: string;
  /** The preset with which it was begun: another agent cannot go on with it. */
  readonly agent: string;
  /** The agent's own id of it, known after the first turn has begun. */
  readonly acpSessionId?: string | undefined;
  /** The session of the last turn. */
  readonly lastSessionId?: SessionId | undefined;
  /** True while that turn was not over. */
  readonly isRunning?: true | undefined;
  /** How many prompts it was given. */
  readonly turns: number;
  /** The end of what the agent said last. */
  readonly lastOutput?: string | undefined;
  /** Which standing instructions the agent has, and in which of its own conversations. */
  readonly instructed?: Instructed | undefined;
}

export interface Instructed {
  readonly acpSessionId: string;
  /** Of the text: SHA-256 in hex. */
  readonly digest: string;
}

/** A checkpoint that is none. Its message is a sentence for people. */
export class CorruptedConversation extends Error {
  override readonly name = 'CorruptedConversation';
}

/** A handle of a conversation: ours to give, and the same through every respawn. */
export const conversationPattern = /^conversation-[0-9a-f]{8,64}$/;
/** Longest output that is kept. */
export const maxKeptOutput = 16 * 1024;
const version = 1;

/** A conversation that nothing was said in yet. */
export function newConversation(conversation: string, agent: string): Conversation {
  return { conversation, agent, turns: 0 };
}

export function encodeConversation(conversation: Conversation): SessionSnapshot {
  const text = JSON.stringify(present({ version, ...conversation }));
  return { data: new Uint8Array(Buffer.from(text, 'utf8')) };
}

/** @throws CorruptedConversation that names what is wrong */
export function decodeConversation({ data }: SessionSnapshot): Conversation {
  try {
    return decode(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data)));
  } catch (error) {
    const detail = error instanceof MalformedField ? error.message : reasonOf(error);
    throw new CorruptedConversation(
      `The last checkpoint cannot be read: ${detail} Reset the agent to begin anew.`,
      { cause: error },
    );
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError || error instanceof TypeError) return 'It is not valid JSON.';
  return errorText(error);
}

function decode(value: unknown): Conversation {
  const at = fieldsOf(value, '');
  assertVersion(at('version', asCount), version);
  return present({
    conversation: at('conversation', asHandle),
    agent: at('agent', asName),
    acpSessionId: at('acpSessionId', optional(asName)),
    lastSessionId: at('lastSessionId', optional(readSessionId)),
    isRunning: at('isRunning', asFlag),
    turns: at('turns', asCount),
    lastOutput: at('lastOutput', optional(asOutput)),
    instructed: at('instructed', optional(readInstructed)),
  });
}

const asHandle: Reader<string> = (value, field) => {
  const text = asName(value, field);
  if (conversationPattern.test(text)) return text;
  throw new MalformedField(field, 'must be the handle of a conversation.');
};

const asOutput: Reader<string> = (value, field) => asText(value, field).slice(-maxKeptOutput);

const readInstructed: Reader<Instructed> = (value, field) => {
  const at = fieldsOf(value, field);
  return { acpSessionId: at('acpSessionId', asName), digest: at('digest', asName) };
};
