import { readAgentUpdate } from './agentUpdateCodec.ts';
import { readCancelReason } from './cancellation.ts';
import { executionStateTags, readTerminalOutcome } from './executionState.ts';
import {
  asCount,
  asFlag,
  asInstantMs,
  asListOf,
  asName,
  asOneOf,
  asTable,
  asText,
  fieldsOf,
  MalformedField,
  optional,
  present,
  type JsonTable,
} from './fieldReaders.ts';
import { asAnswerId, pauseKinds, readPauseInfo } from './pause.ts';
import type { EventContent, ProgressEvent } from './progressEvent.ts';
import { readActor, readQueryResponse } from './resumePayload.ts';
import { readTokenUsage } from './tokenUsage.ts';

/** The version of the format of events; readers of any version read those of any other. */
export const eventVersion = 1;

/** The event as an object for JSON. Those of newer versions come out as they were read. */
export function encodeProgressEvent(event: ProgressEvent): JsonTable {
  if (event.kind === 'opaque') return event.record;
  const { sequence, atMs, ...content } = event;
  return { v: eventVersion, sequence, atMs, ...content };
}

/**
 * An event out of parsed JSON. What only a newer version understands becomes an opaque event.
 * @throws MalformedField that names the field
 */
export function parseProgressEvent(value: unknown): ProgressEvent {
  const at = fieldsOf(value, '');
  const stamp = { sequence: at('sequence', asCount), atMs: at('atMs', asInstantMs) };
  const isNewer = (at('v', optional(asCount)) ?? eventVersion) > eventVersion;
  return { ...readContentOf(value, isNewer), ...stamp };
}

function readContentOf(value: unknown, isNewer: boolean): EventContent {
  const record = asTable(value, '');
  const name = fieldsOf(value, '')('kind', asName);
  const opaque: EventContent = { kind: 'opaque', name, record };
  try {
    return readKnown(record, name) ?? opaque;
  } catch (error) {
    // Within one version a known kind has all its fields; a newer one may have changed them.
    if (isNewer && error instanceof MalformedField) return opaque;
    throw error;
  }
}

/** Undefined for a kind that is not known. */
function readKnown(record: JsonTable, kind: string): EventContent | undefined {
  const at = fieldsOf(record, '');
  switch (kind) {
    case 'state-transition':
      return present({
        kind,
        from: at('from', asOneOf(executionStateTags)),
        to: at('to', asOneOf(executionStateTags)),
        outcome: at('outcome', optional(readTerminalOutcome)),
      });
    case 'pause-requested':
      return { kind, pause: at('pause', readPauseInfo) };
    case 'resume-accepted':
      return present({
        kind,
        pauseKind: at('pauseKind', asOneOf(pauseKinds)),
        responses: at('responses', asListOf(readQueryResponse, maxResponses)),
        by: at('by', readActor),
      });
    case 'cancel-requested':
      return { kind, reason: at('reason', readCancelReason) };
    case 'tick':
      return { kind, phase: at('phase', asText) };
    case 'note':
      return present({
        kind,
        title: at('title', optional(asText)),
        content: at('content', asText),
      });
    case 'llm-call-begin':
      return { kind, queryId: at('queryId', asAnswerId) };
    case 'llm-call-end':
      return present({
        kind,
        queryId: at('queryId', asAnswerId),
        usage: at('usage', optional(readTokenUsage)),
      });
    case 'update':
      return present({
        kind,
        update: at('update', readAgentUpdate),
        isReplayed: at('isReplayed', asFlag),
      });
    default:
      return undefined;
  }
}
const maxResponses = 1000;

/** The event as a line of a log, with its line feed. */
export function encodeEventLine(event: ProgressEvent): string {
  return `${JSON.stringify(encodeProgressEvent(event))}\n`;
}

/** A line of a log that holds no event. */
export interface UnreadableLine {
  readonly text: string;
  /** A sentence for people. */
  readonly problem: string;
}

/** The event in a line of a log, or why there is none, as in one that was written in part. */
export function decodeEventLine(text: string): ProgressEvent | UnreadableLine {
  try {
    return parseProgressEvent(JSON.parse(text) as unknown);
  } catch (error) {
    return { text, problem: error instanceof Error ? error.message : String(error) };
  }
}
