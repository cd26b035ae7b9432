import type { ModelGate } from './modelGate.ts';
import type { Answer } from './scriptedServer.ts';

/** What a scripted model answers one request with: a text, tool calls, both, or a failure. */
export interface ScriptedStep<Call, Usage> {
  readonly text?: string;
  /** All in one answer, so that the agent may run them at the same time. */
  readonly calls?: readonly Call[];
  readonly usage?: Partial<Usage>;
  /** The answer is held back until the test opens it. */
  readonly gate?: ModelGate;
  /** An error of the API instead of an answer. */
  readonly fail?: { readonly status: number; readonly message: string };
}

/** The failure of a script that goes round in circles. */
export const tooOften = { status: 400, message: 'the scripted model was asked too often' } as const;

/** What a tool call came back with. */
export interface CallResult {
  readonly callId: string;
  /** The text the model is given. */
  readonly text: string;
}

/** A text with role `user`, and how often the model has answered since. */
export interface PromptText {
  readonly text: string;
  readonly answersSince: number;
}

/** What every scripted model lets its script decide by. */
export interface ScriptedRequest {
  readonly model: string;
  /** What came back since the model last answered. */
  readonly toolResults: readonly CallResult[];
  /** Every text a person, a parent or a hook wrote, oldest first; no tool results. */
  readonly userTexts: readonly PromptText[];
}

/** More requests than this are a script that goes round in circles: they are refused. */
const maxScriptedRequests = 300;

interface HeldStep {
  readonly gate?: ModelGate;
  readonly fail?: { readonly status: number; readonly message: string };
}

type FailureOf<Step extends HeldStep> = NonNullable<Step['fail']>;

/** A scripted model in the middle of its work. */
export interface ScriptedTurns<Request, Step extends HeldStep> {
  /** Takes each request as it comes. */
  readonly asked: Request[];
  readonly script: (request: Request) => Step | Promise<Step>;
  /** Says in the form of this API that there is no answer. */
  readonly answerError: (answer: Answer, failure: FailureOf<Step>) => void;
  /** What is said to an agent that asks for ever. */
  readonly tooOften: FailureOf<Step>;
}

/**
 * The step with which a request is to be answered, once its gate is open. Undefined when nothing more is
 * to be sent: the script told a failure, which was answered, or the agent has hung up meanwhile.
 */
export async function nextStep<Request, Step extends HeldStep>(
  { asked, script, answerError, tooOften }: ScriptedTurns<Request, Step>,
  request: Request,
  { answer }: { readonly answer: Answer },
): Promise<Step | undefined> {
  asked.push(request);
  if (asked.length > maxScriptedRequests) return void answerError(answer, tooOften);
  const step = await script(request);
  step.gate?.arrive();
  await step.gate?.opened;
  if (answer.isClosed()) return undefined; // interrupted while it was held back
  if (step.fail !== undefined) return void answerError(answer, step.fail);
  return step;
}

/**
 * A script in words: each prompt has its answers. The conversation is looked through for the newest
 * text that holds one of the prompts; as many of its answers were used as the model has spoken
 * since. When they are used up, or no prompt fits, the model says `done`.
 */
export function answersByPrompt<Step extends { readonly text?: string }>(
  plan: Readonly<Record<string, readonly Step[]>>,
): (request: Pick<ScriptedRequest, 'userTexts'>) => Step | { readonly text: string } {
  return (request) => {
    for (const { text, answersSince } of [...request.userTexts].reverse()) {
      const prompt = Object.keys(plan).find((key) => text.includes(key));
      if (prompt !== undefined) return plan[prompt]?.[answersSince] ?? { text: 'done' };
    }
    return { text: 'done' };
  };
}
