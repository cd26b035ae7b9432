import type { SessionId } from '../core/sessions/sessionId.ts';
import { errorText } from '../base/errorText.ts';
import { isTerminal } from '../core/sessions/executionState.ts';
import { sessionToJson } from '../presentation/sessions/sessionJson.ts';
import { beginTranscript } from '../presentation/sessions/transcript.ts';
import type { ExitCode } from './exitCodes.ts';
import { programName } from './output.ts';
import { attach, exitCodeOfEnd, type OpenSessions } from './sessionAccess.ts';
import { SessionFollower } from './sessionFollower.ts';
import { sessionFigures, sessionHeading } from './sessionLines.ts';
import { isPromptFromInput, type PromptFlags } from './sessionPrompt.ts';
import { TerminalAnswers } from './terminalAnswers.ts';
import { TranscriptPrinter } from './transcriptPrinter.ts';
import type { VerbContext } from './verbContext.ts';

/**
 * Shows what a session does, asks on the terminal what it asks, and resolves when it has ended or is left
 * alone.
 */
export async function stayWithSession(
  context: VerbContext,
  open: OpenSessions,
  { sessionId, flags }: { readonly sessionId: SessionId; readonly flags: PromptFlags },
): Promise<ExitCode> {
  const { output, host } = context;
  const header = await open.files.header(sessionId);
  if (header === undefined) throw new Error(`The session ${sessionId} was deleted at once.`);
  const begin = beginTranscript(header);
  const leave = new AbortController();
  const over = new AbortController();
  stopInTwoSteps(context, open, { sessionId, leave, over: over.signal });
  const printer = new TranscriptPrinter(output);
  if (!output.isJson) output.lines(sessionHeading(begin));
  const canAsk = !output.isJson && host.stdout.isTTY === true && !isPromptFromInput(flags);
  const follower = new SessionFollower(context, open, {
    begin,
    signal: AbortSignal.any([leave.signal, output.closedSignal]),
    answers:
      canAsk && isTerminalInput(host.stdin()) ? new TerminalAnswers(host.stdin, output) : undefined,
    onDidObserve: (transcript) => {
      if (!output.isJson) printer.show(transcript);
    },
  });
  const { record, digest, ...rest } = await follower.run().finally(() => over.abort());
  const transcript = { record, digest, ...rest };
  output.result(
    () => sessionToJson(record, digest),
    () => (isTerminal(record.state) ? sessionFigures(transcript, host.clock.now()) : []),
  );
  return exitCodeOfEnd(record.state.state);
}

function isTerminalInput(stream: NodeJS.ReadableStream): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}

/**
 * The first wish to stop is one to cancel the session, the second one leaves it alone. A terminal that is
 * closed says nothing about the session.
 */
function stopInTwoSteps(
  { host, output }: VerbContext,
  open: OpenSessions,
  {
    sessionId,
    leave,
    over,
  }: {
    readonly sessionId: SessionId;
    readonly leave: AbortController;
    /** Aborts when nothing is left to stop. */
    readonly over: AbortSignal;
  },
): void {
  const first = host.stopSignal();
  const stop = (): void => {
    if (first.reason === 'SIGHUP') {
      leave.abort();
      return;
    }
    // From now on the next wish to stop would end this process without a word.
    onAbort(host.stopSignal(), over, () => {
      output.notes([
        `${sessionId} goes on without this terminal. Watch it with: ${programName} session watch ${sessionId}`,
      ]);
      leave.abort();
    });
    output.notes(['The session was asked to stop. Ctrl-C once more leaves it alone.']);
    void cancel(open, sessionId).catch((error: unknown) => {
      output.notes([`It could not be asked to stop: ${errorText(error)}`]);
    });
  };
  onAbort(first, over, stop);
}

async function cancel(open: OpenSessions, sessionId: SessionId): Promise<void> {
  const attached = await attach(open, sessionId);
  try {
    await attached.cancel({ code: 'user' });
  } finally {
    attached.dispose();
  }
}

function onAbort(signal: AbortSignal, over: AbortSignal, run: () => void): void {
  if (signal.aborted) run();
  else signal.addEventListener('abort', run, { once: true, signal: over });
}
