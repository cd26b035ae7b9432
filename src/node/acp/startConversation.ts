import { methods } from '@agentclientprotocol/sdk';
import { setTimeout as delay } from 'node:timers/promises';
import {
  conversationUpdate,
  type AgentAbilities,
  type ConversationStart,
} from '../../core/acp/conversation.ts';
import { listOf, nameOf, tableOf } from '../../core/acp/wireFields.ts';
import { ExecutionFailure } from '../../core/sessions/failure.ts';
import type { RunSpec } from '../../core/sessions/sessionSpec.ts';
import type { AcpExecutorOptions } from './acpExecutorOptions.ts';
import { identityVariable } from './agentEnvironment.ts';
import type { AgentLink } from './agentLink.ts';
import type { Turn } from './turn.ts';
import type { UpdateFeed } from './updateFeed.ts';

/** What beginning a conversation needs. */
export interface ConversationPorts {
  readonly turn: Turn;
  readonly link: AgentLink;
  readonly feed: UpdateFeed;
  readonly abilities: AgentAbilities;
}

/**
 * Takes up the conversation that the prompt follows up, in the best way that the agent knows, or begins a
 * new one. Returns its id. @throws ExecutionFailure
 */
export async function startConversation(
  ports: ConversationPorts,
  options: AcpExecutorOptions,
): Promise<string> {
  const { turn, feed } = ports;
  const earlier = await earlierConversation(turn.spec, options);
  const taken = earlier === undefined ? undefined : await takeUp(earlier, ports, options);
  if (earlier !== undefined && taken === undefined) {
    turn.note('A new conversation', 'The agent could not take up the earlier conversation.');
  } else if (earlier === undefined && turn.spec.resumes !== undefined) {
    turn.note('A new conversation', 'Nothing is known any more of the earlier conversation.');
  }
  const begun = taken ?? (await begin(ports, options));
  feed.conversationId = begun.id;
  turn.control.report({ kind: 'update', update: conversationUpdate(begun.id, begun.start) });
  await turn.entry.noteConversation(begun.id).catch(() => undefined);
  await askBeforeEdits(begun, ports);
  return begun.id;
}

interface Begun {
  readonly id: string;
  readonly start: ConversationStart;
  readonly answer: unknown;
}

async function begin(ports: ConversationPorts, options: AcpExecutorOptions): Promise<Begun> {
  const { turn, link } = ports;
  const answer = await link.request(methods.agent.session.new, placeOf(turn, options), {
    withinMs: turn.pace.conversationMs,
  });
  const id = nameOf(tableOf(answer).sessionId);
  if (id !== undefined) return { id, start: 'new', answer };
  const text = `${turn.agent.displayName} began a conversation without an id.`;
  throw new ExecutionFailure('protocol-error', text);
}

/** Undefined when the agent cannot. */
async function takeUp(
  sessionId: string,
  { turn, link, feed, abilities }: ConversationPorts,
  options: AcpExecutorOptions,
): Promise<Begun | undefined> {
  const params = { ...placeOf(turn, options), sessionId };
  const withinMs = turn.pace.conversationMs;
  const { resume, load } = methods.agent.session;
  if (abilities.canResume) {
    const answer = await tried(() => link.request(resume, params, { withinMs }));
    if (answer !== undefined) return { id: sessionId, start: 'resumed', answer };
  }
  if (!abilities.canLoad) return undefined;
  feed.isReplaying = true;
  try {
    const answer = await tried(() => link.request(load, params, { withinMs }));
    if (answer !== undefined) await toldAgain(feed);
    return answer === undefined ? undefined : { id: sessionId, start: 'loaded', answer };
  } finally {
    feed.isReplaying = false;
  }
}

/** Some agents answer first and go on telling what was; what comes then is not what they do now. */
const quietMs = 150;
const maxToldAgainMs = 3000;

async function toldAgain(feed: UpdateFeed): Promise<void> {
  const endMs = performance.now() + maxToldAgainMs;
  let count: number;
  do {
    count = feed.updateCount;
    await delay(quietMs);
  } while (feed.updateCount !== count && performance.now() < endMs);
}

/** What an agent refuses may work in another way; that it has ended does not. */
async function tried(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return (await ask()) ?? {};
  } catch (error) {
    const isRefused =
      error instanceof ExecutionFailure &&
      (error.kind === 'protocol-error' || error.kind === 'agent-error') &&
      error.process?.exitCode === undefined &&
      error.process?.signal === undefined;
    if (isRefused) return undefined;
    throw error;
  }
}

async function earlierConversation(
  { resumes }: RunSpec,
  { conversationOf }: AcpExecutorOptions,
): Promise<string | undefined> {
  if (resumes?.conversationId !== undefined) return resumes.conversationId;
  if (resumes?.sessionId === undefined) return undefined;
  return conversationOf?.(resumes.sessionId);
}

function placeOf(
  { spec, entry }: Turn,
  { toolServer }: AcpExecutorOptions,
): { readonly cwd: string; readonly mcpServers: readonly unknown[] } {
  const { cwd, identity } = spec;
  if (toolServer === undefined) return { cwd, mcpServers: [] };
  const variables = {
    ...toolServer.env,
    HEDDLE_AGENTS_SESSION: entry.entryId,
    ...(identity !== undefined && { [identityVariable]: identity }),
  };
  const env = Object.entries(variables).map(([name, value]) => ({ name, value }));
  return { cwd, mcpServers: [{ ...toolServer, env }] };
}

/** Locks are enforced where the agent asks, so that it shall ask. */
async function askBeforeEdits(
  { id, answer }: Begun,
  { turn, link }: ConversationPorts,
): Promise<void> {
  const { askMode } = turn.agent;
  const modes = tableOf(tableOf(answer).modes);
  const offered = listOf(modes.availableModes, 100).map((each) => tableOf(each).id);
  if (askMode === undefined || modes.currentModeId === askMode) return;
  if (!offered.includes(askMode)) return;
  const params = { sessionId: id, modeId: askMode };
  const withinMs = turn.pace.conversationMs;
  await tried(() => link.request(methods.agent.session.setMode, params, { withinMs }));
}
