import type { RecordedRequest } from './scriptedServer.ts';

/** One content block of a message, as far as scripts look at it. */
interface Block {
  readonly type: string;
  readonly text?: string;
  readonly tool_use_id?: string;
  readonly is_error?: boolean;
  readonly content?: unknown;
}

interface Message {
  readonly role: string;
  readonly content: string | readonly Block[];
}

/** What a tool call came back with. */
export interface ToolResult {
  readonly toolUseId: string;
  readonly isError: boolean;
  /** The text the model is given. */
  readonly text: string;
}

/** A request to the model, reduced to what a script decides by. */
export interface ClaudeModelRequest {
  readonly model: string;
  readonly system: string;
  /** As sent; roles are `user`, `assistant` and, in newer versions, `system` in between. */
  readonly messages: readonly Message[];
  readonly tools: readonly string[];
  /** Claude Code's session; `undefined` for another program. */
  readonly sessionId: string | undefined;
  /** The subagent that asks; `undefined` for the main agent. */
  readonly agentId: string | undefined;
  /** What came back since the model last answered. */
  readonly toolResults: readonly ToolResult[];
  /** Every text a person, a parent or a hook wrote, oldest first; no tool results. */
  readonly userTexts: readonly UserText[];
}

/** A text with role `user` (or `system`), and how often the model has answered since. */
export interface UserText {
  readonly text: string;
  readonly answersSince: number;
}

/** Reads a request of the public Messages API. */
export function readClaudeModelRequest(request: RecordedRequest): ClaudeModelRequest {
  const body = request.body as {
    readonly model?: string;
    readonly system?: string | readonly Block[];
    readonly messages?: readonly Message[];
    readonly tools?: readonly { readonly name: string }[];
  };
  const messages = body.messages ?? [];
  return {
    model: body.model ?? '',
    system: textsOf(body.system ?? '').join('\n'),
    messages,
    tools: (body.tools ?? []).map((tool) => tool.name),
    sessionId: request.headers['x-claude-code-session-id'],
    agentId: request.headers['x-claude-code-agent-id'],
    toolResults: lastToolResults(messages),
    userTexts: userTexts(messages),
  };
}

function lastToolResults(messages: readonly Message[]): ToolResult[] {
  const lastAnswer = messages.findLastIndex((message) => message.role === 'assistant');
  return messages
    .slice(lastAnswer + 1)
    .flatMap((message) => blocksOf(message.content))
    .filter((block) => block.type === 'tool_result')
    .map((block) => ({
      toolUseId: block.tool_use_id ?? '',
      isError: block.is_error === true,
      text: textsOf(block.content as Message['content']).join('\n'),
    }));
}

function userTexts(messages: readonly Message[]): UserText[] {
  const found: UserText[] = [];
  let answersSince = 0;
  for (const message of [...messages].reverse()) {
    if (message.role === 'assistant') {
      answersSince += 1;
      continue;
    }
    for (const text of textsOf(message.content).reverse()) found.push({ text, answersSince });
  }
  return found.reverse();
}

function blocksOf(content: Message['content'] | undefined): readonly Block[] {
  if (content === undefined) return [];
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

function textsOf(content: Message['content'] | undefined): string[] {
  return blocksOf(content)
    .filter((block) => block.type === 'text')
    .map((block) => block.text ?? '');
}
