import type { AgentUpdate } from './agentUpdate.ts';
import type { ExecutionReport } from './progressEvent.ts';
import { present } from './fieldReaders.ts';
import type { TokenUsage } from './tokenUsage.ts';

/** How many characters go into a token: four of ASCII, one and a half of other scripts. */
const asciiPerToken = 4;
const othersPerToken = 1.5;

/**
 * Adds up what models were reported to have used in an execution. A side that nobody reports is estimated
 * from the texts, which says at least something, and is marked.
 */
export class UsageMeter {
  private wasModelAsked = false;
  private ofCalls: TokenUsage = {};
  private soFar: TokenUsage | undefined;
  private completionEstimate = 0;

  constructor(private readonly prompt: string) {}

  /** Usage of one question to a model. */
  add(usage: TokenUsage | undefined): void {
    if (usage === undefined) return;
    this.wasModelAsked = true;
    this.ofCalls = {
      promptTokens: sum(this.ofCalls.promptTokens, usage.promptTokens),
      completionTokens: sum(this.ofCalls.completionTokens, usage.completionTokens),
    };
  }

  /** What an executor tells; what is told again is of an earlier session. */
  note(report: ExecutionReport): void {
    if (report.kind === 'llm-call-begin') this.wasModelAsked = true;
    if (report.kind === 'llm-call-end') {
      this.wasModelAsked = true;
      this.add(report.usage);
    }
    if (report.kind === 'update' && report.isReplayed !== true) this.noteUpdate(report.update);
  }

  /** Of the whole execution; undefined when no model was asked. `total` is what the agent itself says. */
  usage(total: TokenUsage | undefined): TokenUsage | undefined {
    const { ofCalls, soFar } = this;
    const promptTokens = total?.promptTokens ?? soFar?.promptTokens ?? ofCalls.promptTokens;
    const completionTokens =
      total?.completionTokens ?? soFar?.completionTokens ?? ofCalls.completionTokens;
    const isTold = promptTokens !== undefined || completionTokens !== undefined;
    if (!this.wasModelAsked && !isTold) return undefined;
    const isEstimate =
      total?.isEstimate === true || promptTokens === undefined || completionTokens === undefined;
    return present<TokenUsage>({
      promptTokens: promptTokens ?? Math.ceil(estimateTokens(this.prompt)),
      completionTokens: completionTokens ?? Math.ceil(this.completionEstimate),
      isEstimate: isEstimate ? true : undefined,
    });
  }

  private noteUpdate(update: AgentUpdate): void {
    if (update.kind === 'usage') this.soFar = update.tokens ?? this.soFar;
    if (update.kind !== 'message-chunk' && update.kind !== 'thought-chunk') return;
    if (update.kind === 'message-chunk' && update.role !== 'agent') return;
    this.wasModelAsked = true;
    const { content } = update;
    if (content.kind === 'text') this.completionEstimate += estimateTokens(content.text);
  }
}

function estimateTokens(text: string): number {
  let ascii = 0;
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) < 128) ascii += 1;
  return ascii / asciiPerToken + (text.length - ascii) / othersPerToken;
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);
}
