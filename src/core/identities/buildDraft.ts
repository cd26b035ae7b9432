import { errorText } from '../../base/errorText.ts';
import { draftOf, type AgentBuildContext, type AgentBuildDraft } from './agentCustomizer.ts';
import type { AgentIdentity } from './agentIdentity.ts';
import type { DurableAgentSpec } from './durableAgentSpec.ts';
import { internalFailure } from './identityError.ts';
import type { ManagedPeerEdge } from './managedPeerEdge.ts';
import type { RuntimeCore } from './runtimeCore.ts';

/** What an agent is started with, and among whom. */
export interface Build {
  readonly context: AgentBuildContext;
  readonly draft: AgentBuildDraft;
}

/** The edges among all that will be active, asked anew. @throws IdentityError `internal` */
export async function computeEdges(
  core: RuntimeCore,
  targets: readonly AgentIdentity[],
  roster: readonly DurableAgentSpec[],
): Promise<readonly ManagedPeerEdge[]> {
  try {
    return (await core.build.topology?.computeEdges(targets, roster)) ?? [];
  } catch (error) {
    throw internalFailure('topology', `Who may message whom is not known: ${errorText(error)}`, {
      cause: error,
    });
  }
}

/** What the spec makes of an agent, finished by the customizer. @throws IdentityError `internal` */
export async function makeBuild(
  core: RuntimeCore,
  spec: DurableAgentSpec,
  context: AgentBuildContext,
): Promise<Build> {
  const draft = draftOf(spec);
  try {
    const customized = await core.build.customizer?.customizeBuild(context, spec, draft);
    return { context, draft: customized ?? draft };
  } catch (error) {
    const detail = `${spec.identity} could not be prepared: ${errorText(error)}`;
    throw internalFailure('customizer', detail, { cause: error });
  }
}

/** The same for one identity that joins those that are active. @throws IdentityError `internal` */
export async function makeBuildAmongActive(
  core: RuntimeCore,
  spec: DurableAgentSpec,
): Promise<Build> {
  return makeBuild(core, spec, await contextAmongActive(core, spec.identity));
}

/** Among whom an identity is that joins those that are active. @throws IdentityError `internal` */
export async function contextAmongActive(
  core: RuntimeCore,
  identity: AgentIdentity,
): Promise<AgentBuildContext> {
  const peers = core.book
    .all()
    .filter((entry) => entry.state === 'active' || entry.identity === identity);
  const activePeers = peers.map((peer) => peer.identity);
  const specs = peers.map((peer) => peer.spec);
  return { identity, activePeers, managedEdges: await computeEdges(core, activePeers, specs) };
}

/** Tells the customizer that the agent exists. What it fails with changes nothing. */
export async function tellCreated(
  core: RuntimeCore,
  { context }: Build,
  sessionId: string,
): Promise<void> {
  try {
    await core.build.customizer?.afterCreate?.(context, sessionId);
  } catch (error) {
    core.config.logger.warn(`After ${context.identity} was created: ${errorText(error)}`);
  }
}
