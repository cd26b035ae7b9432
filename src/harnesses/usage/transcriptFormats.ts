import type { HarnessId } from '../../core/harness/harnessEvent.ts';
import type { TranscriptFormat } from '../../core/harness/usage/transcriptFormat.ts';
import { claudeTranscript } from './claudeTranscript.ts';
import { codexTranscript } from './codexTranscript.ts';
import { geminiTranscript } from './geminiTranscript.ts';

/** Does something with a format whose memory only that format knows. */
export type WithFormat<Result> = <Memory>(format: TranscriptFormat<Memory>) => Result;

/**
 * Applies `use` to the format in which a harness records its sessions. Undefined for those whose
 * records are not read: their events tell what they used, or nothing does.
 */
export function withTranscriptFormat<Result>(
  harness: HarnessId,
  use: WithFormat<Result>,
): Result | undefined {
  switch (harness) {
    case 'claude-code':
      return use(claudeTranscript);
    case 'codex':
      return use(codexTranscript);
    case 'gemini-cli':
      return use(geminiTranscript);
    case 'opencode':
    case 'cursor':
    case 'vscode-copilot':
    case 'copilot-cli':
      return undefined;
  }
}

/** Whether what its transcripts say of usage is read. */
export function hasTranscriptFormat(harness: HarnessId): boolean {
  return withTranscriptFormat(harness, () => true) === true;
}
