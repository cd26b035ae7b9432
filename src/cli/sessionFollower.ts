import { DisposableStore } from '../base/lifecycle.ts';
import { errorText } from '../base/errorText.ts';
import { isTerminal } from '../core/sessions/executionState.ts';
import type { PauseInfo } from '../core/sessions/pause.ts';
import type { ProgressEvent } from '../core/sessions/progressEvent.ts';
import { isSessionError } from '../core/sessions/sessionError.ts';
import type { SessionId } from '../core/sessions/sessionId.ts';
import type { Observation } from '../core/sessions/sessionObserver.ts';
import { watchSession } from '../node/sessions/watchSession.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import { problemSentence } from '../presentation/sessions/sessionWords.ts';
import { shownQuestion } from '../presentation/sessions/shownQuestion.ts';
import { addToTranscript, type Transcript } from '../presentation/sessions/transcript.ts';
import { askedElsewhere } from './answerHint.ts';
import { attach, type OpenSessions } from './sessionAccess.ts';
import { payloadOf } from './sessionAnswers.ts';
import type { TerminalAnswers } from './terminalAnswers.ts';
import type { VerbContext } from './verbContext.ts';

export interface FollowOptions {
  /** What is known of the session before; only what comes then is told. */
  readonly begin: Transcript;
  /** Ends the following; the session goes on. */
  readonly signal: AbortSignal;
  /** Where its questions are asked; without it, it is said how to answer from elsewhere. */
  readonly answers?: TerminalAnswers | undefined;
  /** Nobody is told of questions. */
  readonly isSilent?: boolean | undefined;
  /** Called for all that is told, with what is known then. */
  onDidObserve?(transcript: Transcript, observation: Observation): void;
}

/** Follows a session to its end, and asks its questions where that is wanted. */
export class SessionFollower {
  private transcript: Transcript;
  private answers: TerminalAnswers | undefined;
  /** Aborted when the open questions are not asked any more. */
  private asking: AbortController | undefined;
  private readonly owned = new DisposableStore();

  constructor(
    private readonly context: VerbContext,
    private readonly open: OpenSessions,
    private readonly options: FollowOptions,
  ) {
    this.transcript = options.begin;
    this.answers = options.answers;
    if (options.answers) this.owned.add(options.answers);
  }

  /** Resolves with the session as it is at its end, or when the following ends. */
  async run(): Promise<Transcript> {
    const { record } = this.transcript;
    if (isTerminal(record.state)) return this.transcript;
    if (record.state.state === 'paused') void this.ask(record.state.pause);
    try {
      for await (const observation of this.observations(record.lastSequence + 1)) {
        // What was missed shows in the numbers of the events.
        if (observation.kind === 'event') {
          this.transcript = addToTranscript(this.transcript, observation.event);
        }
        this.options.onDidObserve?.(this.transcript, observation);
        if (observation.kind === 'event') this.noteQuestions(observation.event);
      }
    } finally {
      this.asking?.abort();
      this.owned.dispose();
    }
    return this.transcript;
  }

  private observations(fromSequence: number): AsyncIterable<Observation> {
    const { signal } = this.options;
    const { folder, client, place, probe } = this.open;
    const { sessionId } = this;
    return watchSession(folder, { sessionId, client, place, probe, signal, fromSequence });
  }

  private get sessionId(): SessionId {
    return this.options.begin.record.header.sessionId;
  }

  private noteQuestions(event: ProgressEvent): void {
    if (event.kind === 'pause-requested') void this.ask(event.pause);
    const isOver = event.kind === 'state-transition' && event.to !== 'paused';
    if (isOver) this.asking?.abort();
  }

  /** Never rejects. */
  private async ask(pause: PauseInfo): Promise<void> {
    const { answers } = this;
    if (answers === undefined) {
      this.sayHowToAnswer(pause);
      return;
    }
    const asking = new AbortController();
    this.asking = asking;
    const responses = await answers.ask(
      pause,
      AbortSignal.any([asking.signal, this.options.signal]),
    );
    if (responses) {
      await this.resume(pause, responses);
      return;
    }
    // The input has ended, so that nobody can be asked any more.
    if (asking.signal.aborted || this.options.signal.aborted) return;
    this.answers = undefined;
    this.sayHowToAnswer(pause);
  }

  private async resume(
    pause: PauseInfo,
    responses: Parameters<typeof payloadOf>[1],
  ): Promise<void> {
    try {
      const attached = await attach(this.open, this.sessionId);
      try {
        await attached.resume(payloadOf(pause, responses));
      } finally {
        attached.dispose();
      }
    } catch (error) {
      const text = isSessionError(error) ? problemSentence(error.problem) : errorText(error);
      this.context.output.notes([toPlainLine(text, 1000)]);
    }
  }

  private sayHowToAnswer({ prompts }: PauseInfo): void {
    if (this.options.isSilent === true || isTerminal(this.transcript.record.state)) return;
    const { cwd } = this.transcript.digest;
    const questions = prompts.map((prompt) => shownQuestion(prompt, cwd));
    this.context.output.notes(askedElsewhere(this.sessionId, questions));
  }
}
