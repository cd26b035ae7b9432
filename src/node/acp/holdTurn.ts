import { basename, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { PROTOCOL_VERSION, methods, type ContentBlock } from '@agentclientprotocol/sdk';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { authenticationMethods } from '../../core/acp/authentication.ts';
import { abilitiesOf, type AgentAbilities } from '../../core/acp/conversation.ts';
import {
  outcomeOfBoth,
  summaryFigures,
  toPromptOutcome,
  type PromptOutcome,
} from '../../core/acp/promptOutcome.ts';
import { tableOf } from '../../core/acp/wireFields.ts';
import { ExecutionFailure } from '../../core/sessions/failure.ts';
import { present } from '../../core/sessions/fieldReaders.ts';
import { AskRefused, type ExecutionOutput } from '../../core/sessions/sessionExecutor.ts';
import type { RunSpec } from '../../core/sessions/sessionSpec.ts';
import type { AcpExecutorOptions } from './acpExecutorOptions.ts';
import { AgentLink } from './agentLink.ts';
import { clientApp } from './clientApp.ts';
import { startConversation } from './startConversation.ts';
import type { Turn } from './turn.ts';
import { UpdateFeed } from './updateFeed.ts';

/**
 * Gives an agent its prompt and sees it through to the answer.
 * @throws ExecutionFailure, or AskRefused when it was cancelled
 */
export async function holdTurn(turn: Turn, options: AcpExecutorOptions): Promise<ExecutionOutput> {
  const { agent, program, control } = turn;
  const feed = new UpdateFeed(turn);
  const link = new AgentLink(clientApp(turn), {
    agent,
    program,
    clock: options.clock,
    onUpdate: (params) => feed.take(params),
    onGarbage: (line) => turn.note('The agent wrote something that is no message', line),
  });
  const cancelled = new Cancellation(control.signal, options.clock);
  try {
    control.report({ kind: 'tick', phase: 'initialize' });
    const abilities = await cancelled.orElse(initialize(turn, link, options), 0);
    control.report({ kind: 'tick', phase: 'conversation' });
    const ports = { turn, link, feed, abilities };
    const sessionId = await cancelled.orElse(startConversation(ports, options), 0);
    control.report({ kind: 'tick', phase: 'prompt' });
    const cancel = (): void => link.notify(methods.agent.session.cancel, { sessionId });
    control.signal.addEventListener('abort', cancel, { once: true });
    const outcome = await cancelled.orElse(
      promptAndExplain(turn, link, sessionId),
      turn.pace.cancelGraceMs,
    );
    await turn.watch.settled();
    if (!(await turn.hasHooks())) {
      // What it used is never worth its turn.
      await turn.entry.noteUsage(summaryFigures(outcome, feed.cost)).catch(() => undefined);
    }
    const { stopReason, usage } = outcome;
    const value = { conversationId: sessionId, message: feed.lastMessage };
    return present<ExecutionOutput>({ value, stopReason, usage });
  } finally {
    cancelled.dispose();
    link.close();
  }
}

async function initialize(
  { agent, pace }: Turn,
  link: AgentLink,
  { version = '0.0.0' }: AcpExecutorOptions,
): Promise<AgentAbilities> {
  const params = {
    protocolVersion: PROTOCOL_VERSION,
    clientInfo: { name: 'heddle-agents', title: 'Heddle Agents', version },
    clientCapabilities: {
      fs: { readTextFile: true, writeTextFile: true },
      terminal: true,
      elicitation: { form: {}, url: {} },
      auth: { terminal: true },
    },
  };
  const withinMs = pace.initializeMs;
  const answer = tableOf(await link.request(methods.agent.initialize, params, { withinMs }));
  if (answer.protocolVersion !== PROTOCOL_VERSION) {
    const spoken = JSON.stringify(answer.protocolVersion ?? 'unknown');
    const text = `${agent.displayName} speaks version ${spoken} of the Agent Client Protocol, not ${PROTOCOL_VERSION}. Install another version of it.`;
    throw new ExecutionFailure('protocol-error', text);
  }
  link.methods = authenticationMethods(answer.authMethods);
  return abilitiesOf(answer.agentCapabilities);
}

/** An agent that tries it again and again must not be told for ever. */
const maxExplanations = 3;

/**
 * The protocol has no place for the reason of a refusal: some agents tell the model that the person did
 * not want it, others end their turn. So they are told in a prompt of its own.
 */
async function promptAndExplain(
  turn: Turn,
  link: AgentLink,
  sessionId: string,
): Promise<PromptOutcome> {
  const { unexplained, control } = turn;
  let outcome = await prompt(turn, link, { sessionId, blocks: promptBlocks(turn.spec) });
  for (let i = 0; i < maxExplanations && unexplained.length > 0; i += 1) {
    const reasons = [...new Set(unexplained.splice(0))].join('\n\n');
    const isOpen = outcome.stopReason === 'end_turn' || outcome.stopReason === 'cancelled';
    // Where there are hooks, they have told it.
    if (!isOpen || control.signal.aborted || (await turn.hasHooks())) break;
    const text = `${notByThePerson}\n${reasons}`;
    const next = await prompt(turn, link, { sessionId, blocks: [{ type: 'text', text }] });
    outcome = outcomeOfBoth(outcome, next);
  }
  return outcome;
}

const notByThePerson =
  'An edit of yours was refused automatically, not by the person you work for. The reason:';

async function prompt(
  turn: Turn,
  link: AgentLink,
  { sessionId, blocks }: { readonly sessionId: string; readonly blocks: readonly ContentBlock[] },
): Promise<PromptOutcome> {
  const params = { sessionId, prompt: blocks };
  const answer = await link.request(methods.agent.session.prompt, params);
  // What was told before the answer may still be on its way.
  await nextTurn();
  const outcome = toPromptOutcome(answer);
  if (outcome) return outcome;
  const text = `${turn.agent.displayName} ended its turn without a reason.`;
  throw new ExecutionFailure('protocol-error', text);
}

function promptBlocks({ prompt: text, contextFiles = [], cwd }: RunSpec): readonly ContentBlock[] {
  const links = contextFiles.map((path): ContentBlock => {
    const uri = pathToFileURL(resolve(cwd, path)).href;
    return { type: 'resource_link', name: basename(path), uri };
  });
  return [{ type: 'text', text }, ...links];
}

/** Gives up what is waited for some time after the execution was cancelled. */
class Cancellation implements Disposable {
  private timer: Disposable | undefined;

  constructor(
    private readonly signal: AbortSignal,
    private readonly clock: Clock,
  ) {}

  /** @throws AskRefused when it was cancelled and `work` took longer than the grace */
  async orElse<T>(work: Promise<T>, graceMs: number): Promise<T> {
    let listener: (() => void) | undefined;
    const givenUp = new Promise<never>((_, reject) => {
      listener = () => {
        this.timer = this.clock.after(graceMs, () => reject(new AskRefused('cancelled')));
      };
      if (this.signal.aborted) listener();
      else this.signal.addEventListener('abort', listener, { once: true });
    });
    // Whatever comes of it when nobody waits for it any more.
    work.catch(() => undefined);
    try {
      return await Promise.race([work, givenUp]);
    } finally {
      if (listener) this.signal.removeEventListener('abort', listener);
    }
  }

  dispose(): void {
    this.timer?.dispose();
  }
}
