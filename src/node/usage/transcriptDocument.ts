import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { asTable } from '../../core/harness/usage/figures.ts';
import {
  nothingRead,
  type TranscriptFormat,
  type TranscriptReading,
  type TranscriptState,
} from '../../core/harness/usage/transcriptFormat.ts';

/** Such a document is read and parsed as a whole. */
const maxDocumentBytes = 16 * 1024 * 1024;

export type DocumentResult =
  | {
      readonly kind: 'read';
      readonly reading: TranscriptReading;
      readonly hasChanged: true;
      readonly newInterruptionAtMs: undefined;
      readonly isComplete: true;
    }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly problem: string };

/**
 * Reads a transcript that is one JSON document with a list of `messages`, which older versions of
 * Gemini CLI write anew with each message. Half-written: there is none yet.
 */
export async function readDocument<Memory>(
  handle: FileHandle,
  { stats, format }: { readonly stats: Stats; readonly format: TranscriptFormat<Memory> },
): Promise<DocumentResult> {
  if (stats.size > maxDocumentBytes) {
    return { kind: 'refused', problem: `The transcript is too large (${stats.size} bytes).` };
  }
  const messages = messagesOf(await handle.readFile('utf8'));
  if (!messages) return { kind: 'missing' };
  let state: TranscriptState<Memory> = { reading: nothingRead, memory: format.firstMemory };
  let skippedLines = 0;
  for (const message of messages) {
    const table = asTable(message);
    const next = table && format.readLine(state, table);
    if (next) state = next;
    else skippedLines += 1;
  }
  const reading = { ...state.reading, skippedLines };
  return {
    kind: 'read',
    reading,
    hasChanged: true,
    newInterruptionAtMs: undefined,
    isComplete: true,
  };
}

function messagesOf(text: string): readonly unknown[] | undefined {
  try {
    const messages = asTable(JSON.parse(text) as unknown)?.messages;
    return Array.isArray(messages) ? messages : undefined;
  } catch {
    return undefined;
  }
}
