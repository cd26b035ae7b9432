import type { AgentUpdate } from '../../core/sessions/agentUpdate.ts';
import { isTerminal } from '../../core/sessions/executionState.ts';
import type { ProgressEvent } from '../../core/sessions/progressEvent.ts';
import {
  beginRecord,
  foldEvent,
  type RecordedSession,
} from '../../core/sessions/recoverSession.ts';
import type { SessionHeader } from '../../core/sessions/sessionHeader.ts';
import { boundedText, appendText, noText, type BoundedText } from './boundedText.ts';
import { fenceAfter } from './codeFence.ts';
import { toPlainLine } from '../plainText.ts';
import { addToDigest, beginDigest, type SessionDigest } from './sessionDigest.ts';
import { answerText, shownQuestion, type ShownQuestion } from './shownQuestion.ts';
import { changedTool, isToolOver, shownTool, type ShownTool } from './shownTool.ts';
import {
  entrySizeOf,
  type EntryBase,
  type QuestionEnd,
  type TranscriptEntry,
} from './transcriptEntry.ts';

/**
 * The course of a session as people read it. All its texts are harmless in a terminal; a page escapes
 * them for itself. Bounded, however long the session is.
 */
export interface Transcript {
  readonly record: RecordedSession;
  readonly digest: SessionDigest;
  readonly prompt: BoundedText;
  readonly entries: readonly TranscriptEntry[];
  /** Entries at the beginning that are not kept any more. */
  readonly droppedEntries: number;
  /** The ids of the newest calls that are not over. */
  readonly openCalls: readonly string[];
  /** The entry of questions of which nothing has come yet. */
  readonly openQuestionId: number | undefined;
  /** About how much memory the entries take, in characters. */
  readonly size: number;
}

/** How much of a session is kept. */
export interface TranscriptBounds {
  readonly maxEntries: number;
  /** Characters of all entries. */
  readonly maxSize: number;
}

export const transcriptBounds: TranscriptBounds = { maxEntries: 2000, maxSize: 8_000_000 };

/** An entry that is over and lies farther back is not told of again. */
const nearEntries = 100;
const maxOpenCalls = 100;
const maxPromptLength = 100_000;
const maxMessageLength = 100_000;
/** A message that goes on is divided when it is longer. */
const maxPieceLength = 8000;
const maxNoteLength = 10_000;
const maxTitleLength = 200;

/** The transcript of a session of which nothing but the header is known. */
export function beginTranscript(header: SessionHeader): Transcript {
  const { spec } = header;
  return {
    record: beginRecord(header),
    digest: beginDigest(header),
    prompt: boundedText(spec.kind === 'run' ? spec.prompt : '', maxPromptLength),
    entries: [],
    droppedEntries: 0,
    openCalls: [],
    openQuestionId: undefined,
    size: 0,
  };
}

/**
 * The transcript with one more event. Events come in the order of their numbers; one that was told
 * before, or after the end, changes nothing. Entries that stay the same stay the same objects.
 */
export function addToTranscript(
  before: Transcript,
  event: ProgressEvent,
  bounds: TranscriptBounds = transcriptBounds,
): Transcript {
  const record = foldEvent(before.record, event);
  if (record === before.record) return before;
  const count = record.missingEvents - before.record.missingEvents;
  const told = count > 0 ? withMissing(before, event, count) : before;
  // An answer follows the transition at once; anything else says that there was none.
  const isOver = before.record.state.state === 'running' && event.kind !== 'resume-accepted';
  const closed = isOver || isTerminal(record.state) ? withdrawn(told) : told;
  const digest = addToDigest(before.digest, event);
  return bounded(withEvent({ ...closed, record, digest }, event), bounds);
}

function withMissing(transcript: Transcript, { sequence, atMs }: ProgressEvent, count: number) {
  const id = sequence - count;
  return withEntry(transcript, { id, atMs, isReplayed: false, kind: 'missing', count });
}

function withEvent(transcript: Transcript, event: ProgressEvent): Transcript {
  const base = { id: event.sequence, atMs: event.atMs, isReplayed: false };
  switch (event.kind) {
    case 'update':
      return withUpdate(transcript, event.update, {
        ...base,
        isReplayed: event.isReplayed === true,
      });
    case 'note': {
      const title = toPlainLine(event.title ?? '', maxTitleLength);
      const text = boundedText(event.content, maxNoteLength);
      return withEntry(transcript, { ...base, kind: 'note', title, text });
    }
    case 'pause-requested': {
      const { cwd } = transcript.digest;
      const questions = event.pause.prompts.map((prompt) => shownQuestion(prompt, cwd));
      const entry = { ...base, kind: 'question', questions, end: { kind: 'open' } } as const;
      return { ...withEntry(transcript, entry), openQuestionId: base.id };
    }
    case 'resume-accepted':
      return answered(transcript, event);
    case 'cancel-requested':
      return withEntry(transcript, { ...base, kind: 'cancel', reason: event.reason });
    case 'state-transition': {
      const { state } = transcript.record;
      if (!isTerminal(state)) return transcript;
      return withEntry(transcript, { ...base, kind: 'end', outcome: state });
    }
    default:
      return transcript;
  }
}

function withUpdate(transcript: Transcript, update: AgentUpdate, base: EntryBase): Transcript {
  switch (update.kind) {
    case 'message-chunk': {
      const { role, content } = update;
      return withChunk(transcript, { ...base, kind: 'message', role, text: noText }, content);
    }
    case 'thought-chunk':
      return withChunk(transcript, { ...base, kind: 'thought', text: noText }, update.content);
    case 'tool-call':
    case 'tool-call-update':
      return withTool(transcript, update.call, base);
    default:
      return transcript;
  }
}

type Spoken = Extract<TranscriptEntry, { kind: 'message' | 'thought' }>;

/** A chunk goes on with the entry before it, when that is by the same one. */
function withChunk(
  transcript: Transcript,
  fresh: Spoken,
  content: Extract<AgentUpdate, { kind: 'thought-chunk' }>['content'],
): Transcript {
  const piece = content.kind === 'text' ? content.text : `[${toPlainLine(content.name, 60)}]`;
  const last = transcript.entries.at(-1);
  const isMore =
    last?.kind === fresh.kind &&
    last.isReplayed === fresh.isReplayed &&
    (last.kind === 'thought' || (fresh.kind === 'message' && last.role === fresh.role));
  const text = appendText(isMore ? last.text : noText, piece, maxMessageLength);
  if (!isMore) return withEntry(transcript, { ...fresh, text });
  const index = transcript.entries.length - 1;
  if (last.kind !== 'message' || fresh.kind !== 'message') {
    return replaced(transcript, index, { ...last, text });
  }
  const cut = cutOf(text.text);
  if (cut === 0) return replaced(transcript, index, { ...last, text });
  const ended = { ...last, text: { text: text.text.slice(0, cut), omitted: 0, carry: '' } };
  const fence = fenceAfter(ended.text.text, last.fence);
  const rest = { ...fresh, text: { ...text, text: text.text.slice(cut) }, fence };
  return withEntry(replaced(transcript, index, ended), rest);
}

/**
 * Where a message that goes on is divided, so that what is added costs the same however long it gets: after
 * its last paragraph, else its last line; 0 while it is short.
 */
function cutOf(text: string): number {
  if (text.length <= maxPieceLength) return 0;
  for (const end of ['\n\n', '\n']) {
    const at = text.lastIndexOf(end) + end.length;
    if (at > maxPieceLength / 2) return at;
  }
  return 0;
}

function withTool(
  transcript: Transcript,
  call: Parameters<typeof shownTool>[0],
  base: EntryBase,
): Transcript {
  const { entries, digest } = transcript;
  const index = toolIndex(transcript, call.callId, base.isReplayed);
  const known = entries[index];
  const changedAtMs = base.atMs;
  if (known?.kind !== 'tool') {
    const tool = shownTool(call, digest.cwd);
    return withOpen(withEntry(transcript, { ...base, kind: 'tool', tool, changedAtMs }), tool);
  }
  const tool = changedTool(known.tool, call, digest.cwd);
  return withOpen(replaced(transcript, index, { ...known, tool, changedAtMs }), tool);
}

function withOpen(transcript: Transcript, tool: ShownTool): Transcript {
  const { openCalls } = transcript;
  const isKnown = openCalls.includes(tool.callId);
  if (isToolOver(tool) !== isKnown) return transcript;
  const openAfter = isKnown
    ? openCalls.filter((callId) => callId !== tool.callId)
    : [...openCalls, tool.callId].slice(-maxOpenCalls);
  return { ...transcript, openCalls: openAfter };
}

/** The entry of a tool call of this session, the newest; undefined when it was not told. */
export function toolEntryId({ entries }: Transcript, callId: string): number | undefined {
  const index = entries.findLastIndex(
    (entry) => entry.kind === 'tool' && !entry.isReplayed && entry.tool.callId === callId,
  );
  return entries[index]?.id;
}

/** Far back only those are looked for that are not over; to look for a new one everywhere takes long. */
function toolIndex(
  { entries, openCalls }: Transcript,
  callId: string,
  isReplayed: boolean,
): number {
  const from = openCalls.includes(callId) ? 0 : entries.length - nearEntries;
  for (let i = entries.length - 1; i >= Math.max(0, from); i -= 1) {
    const entry = entries[i];
    if (entry?.kind !== 'tool' || entry.isReplayed !== isReplayed) continue;
    if (entry.tool.callId === callId) return i;
  }
  return -1;
}

function withdrawn(transcript: Transcript): Transcript {
  return closeQuestion(transcript, () => ({ kind: 'withdrawn' }));
}

function answered(
  transcript: Transcript,
  { responses, by, atMs }: Extract<ProgressEvent, { kind: 'resume-accepted' }>,
): Transcript {
  return closeQuestion(transcript, (questions) => ({
    kind: 'answered',
    by: by === undefined ? undefined : toPlainLine(by, maxTitleLength),
    atMs,
    answers: questions.map(({ queryId }, i) => {
      const given = responses.find((each) => each.queryId === queryId);
      return given && answerText(given.response, questions[i]);
    }),
  }));
}

function closeQuestion(
  transcript: Transcript,
  endOf: (questions: readonly ShownQuestion[]) => QuestionEnd,
): Transcript {
  const { entries, openQuestionId } = transcript;
  if (openQuestionId === undefined) return transcript;
  const index = entries.findLastIndex(({ id }) => id === openQuestionId);
  const entry = entries[index];
  const closed = { ...transcript, openQuestionId: undefined };
  if (entry?.kind !== 'question') return closed;
  return replaced(closed, index, { ...entry, end: endOf(entry.questions) });
}

function withEntry(transcript: Transcript, entry: TranscriptEntry): Transcript {
  const entries = [...transcript.entries, entry];
  return { ...transcript, entries, size: transcript.size + entrySizeOf(entry) };
}

function replaced(transcript: Transcript, index: number, entry: TranscriptEntry): Transcript {
  const before = transcript.entries[index];
  const size = transcript.size + entrySizeOf(entry) - (before ? entrySizeOf(before) : 0);
  return { ...transcript, entries: transcript.entries.with(index, entry), size };
}

/** Drops some more than it must, so that it need not do that for each event. The newest stays. */
function bounded(transcript: Transcript, { maxEntries, maxSize }: TranscriptBounds): Transcript {
  const { entries } = transcript;
  let { size } = transcript;
  if (entries.length <= maxEntries && size <= maxSize) return transcript;
  let from = 0;
  while (
    from < entries.length - 1 &&
    (entries.length - from > maxEntries * keptShare || size > maxSize * keptShare)
  ) {
    const entry = entries[from];
    size -= entry ? entrySizeOf(entry) : 0;
    from += 1;
  }
  const droppedEntries = transcript.droppedEntries + from;
  return { ...transcript, entries: entries.slice(from), droppedEntries, size };
}

const keptShare = 0.9;
