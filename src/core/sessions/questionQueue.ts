import { pauseKindOf, type PauseInfo, type Question } from './pause.ts';
import type { QueryResponse } from './resumePayload.ts';
import { AskRefused, type AskOptions, type AskRefusal } from './sessionExecutor.ts';

interface Ask {
  readonly questions: readonly Question[];
  readonly answer: (responses: readonly QueryResponse[]) => void;
  readonly refuse: (reason: AskRefusal) => void;
}

/** What happens to questions that the queue cannot know the consequences of. */
export interface QuestionListener {
  /** The first of the queue is to be asked. */
  onAsk(): void;
  /** The one that was being asked is not any more. */
  onWithdrawn(): void;
}

/** The questions of one execution, of which the first is being asked and the others wait. */
export class QuestionQueue {
  private readonly asks: Ask[] = [];
  private queryCount = 0;

  constructor(private readonly listener: QuestionListener) {}

  get isEmpty(): boolean {
    return this.asks.length === 0;
  }

  /** Resolves with the answers; rejects with AskRefused. */
  add(
    questions: readonly Question[],
    { withdrawn }: AskOptions = {},
  ): Promise<readonly QueryResponse[]> {
    if (withdrawn?.aborted === true) return Promise.reject(new AskRefused('withdrawn'));
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        withdrawn?.removeEventListener('abort', withdraw);
        finish();
      };
      const ask: Ask = {
        questions,
        answer: (responses) => settle(() => resolve(responses)),
        refuse: (reason) => settle(() => reject(new AskRefused(reason))),
      };
      const withdraw = () => this.withdraw(ask);
      withdrawn?.addEventListener('abort', withdraw);
      this.asks.push(ask);
      if (this.asks.length === 1) this.listener.onAsk();
    });
  }

  /** The pause for the first of the queue. Its query ids are used by no other. */
  openFirst(pausedAtMs: number): PauseInfo | undefined {
    const first = this.asks[0];
    if (first === undefined) return undefined;
    const prompts = first.questions.map(({ text, options, subject }) => {
      const queryId = `q-${this.queryCount}`;
      this.queryCount += 1;
      return { queryId, text, ...(options && { options }), ...(subject && { subject }) };
    });
    return { kind: pauseKindOf(prompts.length), prompts, pausedAtMs };
  }

  /** Answers the one that is being asked. */
  answerFirst(responses: readonly QueryResponse[]): void {
    this.asks.shift()?.answer(responses);
  }

  /** Nobody will answer any of them. */
  refuseAll(reason: AskRefusal): void {
    for (const ask of this.asks.splice(0)) ask.refuse(reason);
  }

  private withdraw(ask: Ask): void {
    const index = this.asks.indexOf(ask);
    if (index < 0) return;
    this.asks.splice(index, 1);
    ask.refuse('withdrawn');
    if (index === 0) this.listener.onWithdrawn();
  }
}
