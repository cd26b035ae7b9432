import { randomBytes } from 'node:crypto';

import { readClaudeModelRequest, type ClaudeModelRequest } from './claudeModelRequest.ts';
import type { ModelGate } from './modelGate.ts';
import {
  startScriptedServer,
  type Answer,
  type RecordedRequest,
  type ScriptedServer,
} from './scriptedServer.ts';
import { answersByPrompt, nextStep, tooOften } from './scriptedSteps.ts';

/** Token counts of one answer, in the words of the Messages API. */
export interface ModelUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
}

export interface ScriptedToolCall {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What the model answers one request with: a text, tool calls, both, or a failure. */
export interface ModelStep {
  readonly text?: string;
  /** All in one message, so that the agent may run them at the same time. */
  readonly calls?: readonly ScriptedToolCall[];
  readonly usage?: Partial<ModelUsage>;
  /** The answer is held back until the test opens it. */
  readonly gate?: ModelGate;
  /** An error of the API instead of an answer. */
  readonly fail?: { readonly status: number; readonly type: string; readonly message: string };
}

export type ModelScript = (request: ClaudeModelRequest) => ModelStep | Promise<ModelStep>;

/** A model server that speaks the Messages API and says what a script tells it to. */
export interface ScriptedClaudeModel {
  /** For `ANTHROPIC_BASE_URL`. */
  readonly url: string;
  readonly server: ScriptedServer;
  /** The requests that asked for an answer, in order of arrival. */
  readonly asked: readonly ClaudeModelRequest[];
  /** What was answered, with the ids that the agent saw. */
  readonly answered: readonly AnsweredStep[];
  stop(): Promise<void>;
}

export interface AnsweredStep {
  readonly request: ClaudeModelRequest;
  readonly messageId: string;
  readonly toolUseIds: readonly string[];
  readonly usage: ModelUsage;
}

export const defaultUsage: ModelUsage = {
  input_tokens: 100,
  output_tokens: 10,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
};

export async function startScriptedClaudeModel(script: ModelScript): Promise<ScriptedClaudeModel> {
  const series = randomBytes(4).toString('hex');
  const asked: ClaudeModelRequest[] = [];
  const answered: AnsweredStep[] = [];
  const turns = { asked, script, answerError, tooOften: tooManyRequests };
  const server = await startScriptedServer(handle);
  return { url: server.url, server, asked, answered, stop: () => server.stop() };

  async function handle(raw: RecordedRequest, answer: Answer): Promise<void> {
    if (raw.path.endsWith('/count_tokens')) return void answer.json(200, { input_tokens: 100 });
    if (!raw.path.endsWith('/messages'))
      return void answer.text(raw.method === 'HEAD' ? 200 : 404, '');

    const request = readClaudeModelRequest(raw);
    const step = await nextStep(turns, request, { answer });
    if (step === undefined) return;
    const number = String(answered.length + 1).padStart(4, '0');
    const reply: AnsweredStep = {
      request,
      messageId: `msg_${series}_${number}`,
      toolUseIds: (step.calls ?? []).map((_, index) => `toolu_${series}_${number}_${index + 1}`),
      usage: { ...defaultUsage, ...step.usage },
    };
    answered.push(reply);
    if ((raw.body as { readonly stream?: boolean }).stream === true) stream(answer, step, reply);
    else answer.json(200, wholeMessage(step, reply));
  }
}

const tooManyRequests = { ...tooOften, type: 'invalid_request_error' } as const;

/** A script in words, as {@link answersByPrompt} reads it. */
export function stepsByPrompt(
  plan: Readonly<Record<string, readonly ModelStep[]>>,
): (request: ClaudeModelRequest) => ModelStep {
  return answersByPrompt(plan);
}

/** A step of one tool call. */
export function callTool(tool: string, input: Readonly<Record<string, unknown>>): ModelStep {
  return { calls: [{ tool, input }] };
}

function answerError(answer: Answer, fail: NonNullable<ModelStep['fail']>): void {
  const error = { type: fail.type, message: fail.message };
  answer.json(fail.status, { type: 'error', error });
}

/** Streams in several pieces, as the real API does, with the final output count only at the end. */
function stream(answer: Answer, step: ModelStep, reply: AnsweredStep): void {
  const events = answer.events();
  const send = (type: string, data: Readonly<Record<string, unknown>>): void =>
    events.send({ name: type, data: { type, ...data } });

  const usage = { ...reply.usage, output_tokens: 1 };
  send('message_start', { message: { ...envelope(reply), content: [], usage } });
  contentBlocks(step, reply).forEach((block, index) => {
    send('content_block_start', { index, content_block: emptied(block) });
    for (const delta of deltasOf(block)) send('content_block_delta', { index, delta });
    send('content_block_stop', { index });
  });
  send('message_delta', {
    delta: { stop_reason: stopReason(step), stop_sequence: null },
    usage: { output_tokens: reply.usage.output_tokens },
  });
  send('message_stop', {});
  events.end();
}

function wholeMessage(step: ModelStep, reply: AnsweredStep): Record<string, unknown> {
  return {
    ...envelope(reply),
    content: contentBlocks(step, reply),
    stop_reason: stopReason(step),
    usage: reply.usage,
  };
}

function envelope(reply: AnsweredStep): Record<string, unknown> {
  return {
    id: reply.messageId,
    type: 'message',
    role: 'assistant',
    model: reply.request.model,
    stop_reason: null,
    stop_sequence: null,
  };
}

function stopReason(step: ModelStep): string {
  return (step.calls ?? []).length > 0 ? 'tool_use' : 'end_turn';
}

type ContentBlock =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'tool_use';
      readonly id: string;
      readonly name: string;
      readonly input: Readonly<Record<string, unknown>>;
    };

function contentBlocks(step: ModelStep, reply: AnsweredStep): ContentBlock[] {
  const calls = (step.calls ?? []).map(({ tool, input }, index): ContentBlock => {
    return { type: 'tool_use', id: reply.toolUseIds[index] ?? '', name: tool, input };
  });
  return step.text === undefined ? calls : [{ type: 'text', text: step.text }, ...calls];
}

function emptied(block: ContentBlock): ContentBlock {
  return block.type === 'text' ? { ...block, text: '' } : { ...block, input: {} };
}

function deltasOf(block: ContentBlock): Record<string, string>[] {
  if (block.type === 'text')
    return halves(block.text).map((text) => ({ type: 'text_delta', text }));
  return halves(JSON.stringify(block.input)).map((part) => {
    return { type: 'input_json_delta', partial_json: part };
  });
}

function halves(text: string): string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)].filter((half) => half !== '');
}
