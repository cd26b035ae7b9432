import { randomBytes } from 'node:crypto';

import {
  startScriptedServer,
  type Answer,
  type RecordedRequest,
  type ScriptedServer,
} from './scriptedServer.ts';
import {
  nextStep,
  tooOften,
  type CallResult,
  type PromptText,
  type ScriptedRequest,
  type ScriptedStep,
} from './scriptedSteps.ts';

/** Token counts of one answer; `prompt` holds the cached ones, as the Gemini API counts. */
export interface GeminiUsage {
  readonly prompt: number;
  readonly cached: number;
  readonly output: number;
  readonly thoughts: number;
}

export interface GeminiCall {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export type GeminiStep = ScriptedStep<GeminiCall, GeminiUsage>;

/** A request to the model, reduced to what a script decides by. */
export interface GeminiRequest extends ScriptedRequest {
  readonly tools: readonly string[];
  readonly system: string;
  /** As sent. */
  readonly contents: readonly Content[];
}

export type GeminiScript = (request: GeminiRequest) => GeminiStep | Promise<GeminiStep>;

/** A model server that speaks the Gemini API and says what a script tells it to. */
export interface ScriptedGeminiModel {
  /** For `GOOGLE_GEMINI_BASE_URL`. */
  readonly url: string;
  readonly server: ScriptedServer;
  readonly asked: readonly GeminiRequest[];
  stop(): Promise<void>;
}

interface Content {
  readonly role?: string;
  readonly parts?: readonly Part[];
}

interface Part {
  readonly text?: string;
  readonly functionCall?: unknown;
  readonly functionResponse?: {
    readonly id?: string;
    readonly name?: string;
    readonly response?: unknown;
  };
}

export const defaultGeminiUsage: GeminiUsage = {
  prompt: 1000,
  cached: 400,
  output: 50,
  thoughts: 5,
};

export async function startScriptedGeminiModel(script: GeminiScript): Promise<ScriptedGeminiModel> {
  const series = randomBytes(4).toString('hex');
  const asked: GeminiRequest[] = [];
  const server = await startScriptedServer(handle);
  return { url: server.url, server, asked, stop: () => server.stop() };

  async function handle(raw: RecordedRequest, answer: Answer): Promise<void> {
    const asks = /\/models\/(?<model>[^/:]+):(?<method>\w+)$/.exec(raw.path)?.groups;
    if (asks === undefined) return void answer.json(404, {});
    const { model = '', method = '' } = asks;
    if (method === 'countTokens') return void answer.json(200, { totalTokens: 100 });

    const request = readGeminiRequest(model, raw);
    const number = asked.length + 1;
    const step = await nextStep({ asked, script, answerError, tooOften }, request, { answer });
    if (step === undefined) return;
    const body = responseBody(step, { model, id: `${series}_${number}` });
    if (method === 'generateContent') return void answer.json(200, body);
    const events = answer.events();
    events.send({ data: body });
    events.end();
  }
}

function answerError(answer: Answer, { status, message }: NonNullable<GeminiStep['fail']>): void {
  answer.json(status, { error: { code: status, message, status: 'INVALID_ARGUMENT' } });
}

function responseBody(
  step: GeminiStep,
  { model, id }: { readonly model: string; readonly id: string },
): Record<string, unknown> {
  const usage = { ...defaultGeminiUsage, ...step.usage };
  const calls = (step.calls ?? []).map(({ tool, input }, index) => ({
    functionCall: { id: `call_${id}_${index + 1}`, name: tool, args: input },
  }));
  const parts = [...(step.text === undefined ? [] : [{ text: step.text }]), ...calls];
  return {
    candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }],
    usageMetadata: {
      promptTokenCount: usage.prompt,
      cachedContentTokenCount: usage.cached,
      candidatesTokenCount: usage.output,
      thoughtsTokenCount: usage.thoughts,
      totalTokenCount: usage.prompt + usage.output + usage.thoughts,
    },
    modelVersion: model,
    responseId: `resp_${id}`,
  };
}

function readGeminiRequest(model: string, raw: RecordedRequest): GeminiRequest {
  const body = raw.body as {
    readonly contents?: readonly Content[];
    readonly systemInstruction?: Content;
    readonly tools?: readonly {
      readonly functionDeclarations?: readonly { readonly name: string }[];
    }[];
  };
  const contents = body.contents ?? [];
  return {
    model,
    tools: (body.tools ?? [])
      .flatMap(({ functionDeclarations }) => functionDeclarations ?? [])
      .map(({ name }) => name),
    system: textsOf(body.systemInstruction).join('\n'),
    toolResults: lastResults(contents),
    userTexts: userTexts(contents),
    contents,
  };
}

function lastResults(contents: readonly Content[]): CallResult[] {
  return contents
    .slice(contents.findLastIndex(({ role }) => role === 'model') + 1)
    .flatMap(({ parts }) => parts ?? [])
    .flatMap(({ functionResponse }) => (functionResponse === undefined ? [] : [functionResponse]))
    .map(({ id, name, response }) => ({
      callId: id ?? name ?? '',
      text: JSON.stringify(response),
    }));
}

function userTexts(contents: readonly Content[]): PromptText[] {
  const found: PromptText[] = [];
  let answersSince = 0;
  for (const content of [...contents].reverse()) {
    if (content.role === 'model') answersSince += 1;
    else for (const text of textsOf(content).reverse()) found.push({ text, answersSince });
  }
  return found.reverse();
}

function textsOf(content: Content | undefined): string[] {
  return (content?.parts ?? []).flatMap(({ text }) => (text === undefined ? [] : [text]));
}
