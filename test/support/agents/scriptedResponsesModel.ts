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

/** Token counts of one answer; `input` holds the cached ones, as the Responses API counts. */
export interface ResponsesUsage {
  readonly input: number;
  readonly cachedInput: number;
  readonly output: number;
  readonly reasoning: number;
}

export interface ResponsesCall {
  readonly tool: string;
  readonly namespace?: string;
  /** An object for a function; a text for a custom tool such as `apply_patch`. */
  readonly input: Readonly<Record<string, unknown>> | string;
}

export type ResponsesStep = ScriptedStep<ResponsesCall, ResponsesUsage>;

/** A request to the model, reduced to what a script decides by. */
export interface ResponsesRequest extends ScriptedRequest {
  /** The thread that asks: a subagent has one of its own. */
  readonly threadId: string | undefined;
  /** The root thread's id, also in a subagent. */
  readonly sessionId: string | undefined;
  readonly tools: readonly string[];
  /** Texts with role `developer`, which is how context from hooks arrives. */
  readonly developerTexts: readonly string[];
  /** As sent. */
  readonly items: readonly Item[];
}

export type ResponsesScript = (request: ResponsesRequest) => ResponsesStep | Promise<ResponsesStep>;

/** A model server that speaks the streaming Responses API and says what a script tells it to. */
export interface ScriptedResponsesModel {
  /** For `base_url` of a model provider with `wire_api = "responses"`. */
  readonly url: string;
  readonly server: ScriptedServer;
  readonly asked: readonly ResponsesRequest[];
  stop(): Promise<void>;
}

interface Item {
  readonly type: string;
  readonly role?: string;
  readonly call_id?: string;
  readonly output?: unknown;
  readonly content?: readonly { readonly type: string; readonly text?: string }[];
  readonly tools?: readonly ToolEntry[];
}

interface ToolEntry {
  readonly type: string;
  readonly name?: string;
  readonly tools?: readonly ToolEntry[];
}

export const defaultResponsesUsage: ResponsesUsage = {
  input: 1000,
  cachedInput: 400,
  output: 50,
  reasoning: 5,
};

export async function startScriptedResponsesModel(
  script: ResponsesScript,
): Promise<ScriptedResponsesModel> {
  const series = randomBytes(4).toString('hex');
  const asked: ResponsesRequest[] = [];
  const server = await startScriptedServer(handle);
  return { url: `${server.url}/v1`, server, asked, stop: () => server.stop() };

  async function handle(raw: RecordedRequest, answer: Answer): Promise<void> {
    if (!raw.path.endsWith('/responses')) return void answer.json(404, {});

    const request = readResponsesRequest(raw);
    const number = asked.length + 1;
    const step = await nextStep({ asked, script, answerError, tooOften }, request, { answer });
    if (step === undefined) return;
    stream(answer, step, `${series}_${number}`);
  }
}

function answerError(
  answer: Answer,
  { status, message }: NonNullable<ResponsesStep['fail']>,
): void {
  answer.json(status, { error: { type: 'invalid_request_error', message } });
}

function stream(answer: Answer, step: ResponsesStep, id: string): void {
  const events = answer.events();
  const send = (type: string, data: Readonly<Record<string, unknown>>): void =>
    events.send({ name: type, data: { type, ...data } });

  send('response.created', { response: { id: `resp_${id}` } });
  outputItems(step, id).forEach((item, index) => {
    send('response.output_item.added', { output_index: index, item });
    send('response.output_item.done', { output_index: index, item });
  });
  const usage = { ...defaultResponsesUsage, ...step.usage };
  send('response.completed', {
    response: {
      id: `resp_${id}`,
      usage: {
        input_tokens: usage.input,
        input_tokens_details: { cached_tokens: usage.cachedInput },
        output_tokens: usage.output,
        output_tokens_details: { reasoning_tokens: usage.reasoning },
        total_tokens: usage.input + usage.output,
      },
    },
  });
  events.end();
}

function outputItems(step: ResponsesStep, id: string): Record<string, unknown>[] {
  const calls = (step.calls ?? []).map((call, index) => callItem(call, `${id}_${index + 1}`));
  if (step.text === undefined) return calls;
  const content = [{ type: 'output_text', text: step.text }];
  return [{ type: 'message', role: 'assistant', id: `msg_${id}`, content }, ...calls];
}

function callItem(call: ResponsesCall, id: string): Record<string, unknown> {
  const { tool: name, namespace, input } = call;
  const place = namespace === undefined ? { name } : { name, namespace };
  const call_id = `call_${id}`;
  return typeof input === 'string'
    ? { type: 'custom_tool_call', id: `ctc_${id}`, call_id, ...place, input }
    : {
        type: 'function_call',
        id: `fc_${id}`,
        call_id,
        ...place,
        arguments: JSON.stringify(input),
      };
}

function readResponsesRequest(raw: RecordedRequest): ResponsesRequest {
  const body = raw.body as {
    readonly model?: string;
    readonly input?: readonly Item[];
    readonly tools?: readonly ToolEntry[];
  };
  const items = body.input ?? [];
  // Newer models are told their tools inside the input instead of beside it.
  const tools = [...(body.tools ?? []), ...items.flatMap((item) => item.tools ?? [])];
  return {
    model: body.model ?? '',
    threadId: raw.headers['thread-id'],
    sessionId: raw.headers['session-id'],
    tools: tools.flatMap(toolNames),
    toolResults: lastResults(items),
    userTexts: userTexts(items),
    developerTexts: items.filter(({ role }) => role === 'developer').flatMap(textsOf),
    items,
  };
}

function toolNames(tool: ToolEntry): string[] {
  if (tool.tools === undefined) return [tool.name ?? tool.type];
  return tool.tools.map(
    ({ name }) => (tool.name === undefined ? '' : `${tool.name}.`) + (name ?? ''),
  );
}

function isModelItem({ type, role }: Item): boolean {
  if (role === 'assistant') return true;
  return ['function_call', 'custom_tool_call', 'reasoning'].includes(type);
}

function lastResults(items: readonly Item[]): CallResult[] {
  return items
    .slice(items.findLastIndex(isModelItem) + 1)
    .filter(({ type }) => type.endsWith('_call_output'))
    .map(({ call_id, output }) => ({
      callId: call_id ?? '',
      text: typeof output === 'string' ? output : JSON.stringify(output),
    }));
}

/** An answer of the model is a run of its items; the results that follow it end the run. */
function userTexts(items: readonly Item[]): PromptText[] {
  const found: PromptText[] = [];
  let answersSince = 0;
  let isInAnswer = false;
  for (const item of [...items].reverse()) {
    if (isModelItem(item) && !isInAnswer) answersSince += 1;
    isInAnswer = isModelItem(item);
    if (item.role !== 'user') continue;
    for (const text of textsOf(item).reverse()) found.push({ text, answersSince });
  }
  return found.reverse();
}

function textsOf(item: Item): string[] {
  return (item.content ?? []).map(({ text }) => text ?? '');
}
