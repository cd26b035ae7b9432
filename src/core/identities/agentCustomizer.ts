import type { AgentIdentity } from './agentIdentity.ts';
import type { DurableAgentSpec } from './durableAgentSpec.ts';
import type { ManagedPeerEdge } from './managedPeerEdge.ts';

/** A tool that an agent is given from outside. */
export interface ExternalTool {
  readonly name: string;
  readonly description: string;
  /** JSON schema. */
  readonly inputSchema: unknown;
}

/** What an agent is going to be started with. */
export interface AgentBuildDraft {
  readonly model?: string | undefined;
  readonly systemPrompt?: string | undefined;
  readonly additionalInstructions: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Anything that JSON can hold. */
  readonly appContext?: unknown;
  readonly externalTools: readonly ExternalTool[];
}

/** Among whom an agent is going to live. */
export interface AgentBuildContext {
  readonly identity: AgentIdentity;
  /** All identities that will be active, itself among them. */
  readonly activePeers: readonly AgentIdentity[];
  readonly managedEdges: readonly ManagedPeerEdge[];
}

/** Why a draft could not be made. */
export class CustomizerError extends Error {
  override readonly name = 'CustomizerError';

  constructor(
    readonly code: 'build-failed' | 'io',
    detail: string,
    options?: { readonly cause?: unknown },
  ) {
    super(detail, options);
  }
}

/** The port that finishes what an agent is started with; asked once for each embodiment. */
export interface AgentCustomizer {
  /** @throws CustomizerError */
  customizeBuild(
    context: AgentBuildContext,
    spec: DurableAgentSpec,
    draft: AgentBuildDraft,
  ): Promise<AgentBuildDraft>;
  /** Told when the agent exists. */
  afterCreate?(context: AgentBuildContext, sessionId: string): Promise<void>;
}

/** What a spec alone makes of a draft. */
export function draftOf(spec: DurableAgentSpec): AgentBuildDraft {
  return {
    additionalInstructions: spec.additionalInstructions,
    labels: spec.labels,
    ...(spec.context === undefined ? {} : { appContext: spec.context }),
    externalTools: [],
  };
}
