import { errorText } from '../../base/errorText.ts';
import type { RandomSource } from '../../base/randomSource.ts';
import type { Build } from './buildDraft.ts';
import { runtimeIdOf, type AgentIdentity } from './agentIdentity.ts';
import type {
  ContinuityGeneration,
  ContinuityRecord,
  SessionSnapshot,
} from './continuityRecord.ts';
import type { DurableAgentSpec } from './durableAgentSpec.ts';
import { internalFailure } from './identityError.ts';
import type { RuntimeCore } from './runtimeCore.ts';
import type { Embodiment, SessionBridge } from './sessionBridge.ts';
import { endMember } from './stopWork.ts';
import type { Tenure } from './tenure.ts';

/** An agent to be brought to life, under a right to do so. */
export interface EmbodimentPlan {
  readonly spec: DurableAgentSpec;
  readonly record: ContinuityRecord;
  /** Whether the store has this very record under the token of the tenure. */
  readonly isWritten: boolean;
  readonly build: Build;
  readonly tenure: Tenure;
}

/** An agent that lives. */
export interface Embodied {
  /** As the store has it; its version may be higher, as the bridge knows. */
  readonly record: ContinuityRecord;
  readonly snapshot?: SessionSnapshot | undefined;
  /** Why a new session was begun in place of the old one. */
  readonly fallbackReason?: string | undefined;
}

const sessionIdBytes = 10;

/** The record of a new session, with an id for it that nobody has. */
export function freshRecord(
  identity: AgentIdentity,
  generation: ContinuityGeneration,
  random: RandomSource,
): ContinuityRecord {
  const hex = [...random(sessionIdBytes)].map((byte) => byte.toString(16).padStart(2, '0'));
  const sessionId = `conversation-${hex.join('')}`;
  const runtimeId = runtimeIdOf(identity, generation);
  return { identity, runtimeId, sessionId, generation, checkpointVersion: 0 };
}

/** Begins a session and writes it down. Leaves no agent behind when it fails. @throws IdentityError */
export async function embodyFresh(core: RuntimeCore, plan: EmbodimentPlan): Promise<Embodied> {
  const { bridge } = core.config;
  if (bridge === undefined) return { record: await writeDown(core, plan, plan.record.sessionId) };
  await registerState(bridge, plan, plan.record);
  const sessionId = await askBridge(`${plan.spec.identity} could not be started`, () =>
    bridge.createSession(embodimentOf(plan)),
  );
  return { record: await finish(core, plan, sessionId) };
}

/** Goes on with the session of a record. Leaves no agent behind when it fails. @throws IdentityError */
export async function embodyStored(core: RuntimeCore, plan: EmbodimentPlan): Promise<Embodied> {
  const { bridge } = core.config;
  const { identity, sessionId } = plan.record;
  const snapshot = await core.store.loadSnapshot(identity, sessionId);
  const kept = snapshot === undefined ? {} : { snapshot };
  if (bridge === undefined) {
    return { record: await writeDown(core, plan, sessionId), ...kept };
  }
  await registerState(bridge, plan, plan.record);
  const resumed = await askBridge(`${identity} could not be resumed`, () =>
    bridge.resumeSession(embodimentOf(plan), snapshot),
  );
  const record = await finish(core, plan, resumed.sessionId);
  const fallback = resumed.result === 'fresh' ? { fallbackReason: resumed.reason } : {};
  return { record, ...kept, ...fallback };
}

/** Asks the bridge; what it fails with becomes `internal`. @throws IdentityError */
export async function askBridge<T>(failure: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw internalFailure('bridge', `${failure}: ${errorText(error)}`, { cause: error });
  }
}

/** From here on there is an agent, which must not outlive a failure. */
async function finish(
  core: RuntimeCore,
  plan: EmbodimentPlan,
  sessionId: string,
): Promise<ContinuityRecord> {
  const { bridge } = core.config;
  try {
    const record = await writeDown(core, plan, sessionId);
    const version = bridge && (await registerState(bridge, plan, record));
    return { ...record, checkpointVersion: Math.max(record.checkpointVersion, version ?? 0) };
  } catch (error) {
    await endMember(core, { ...plan.record, sessionId }, 'It could not be written down.');
    throw error;
  }
}

/** The store has the record with this session under the token. */
async function writeDown(
  core: RuntimeCore,
  { record, tenure, isWritten }: EmbodimentPlan,
  sessionId: string,
): Promise<ContinuityRecord> {
  tenure.check();
  if (isWritten && sessionId === record.sessionId) return record;
  const kept = await core.store.upsertRecord({ ...record, sessionId }, tenure.token);
  tenure.check();
  return kept;
}

async function registerState(
  bridge: SessionBridge,
  { tenure }: EmbodimentPlan,
  record: ContinuityRecord,
): Promise<number | undefined> {
  const { identity } = tenure;
  tenure.check();
  const version = await askBridge(`${identity} could not be registered`, async () =>
    bridge.registerState?.(record, tenure.token),
  );
  tenure.check();
  return version;
}

function embodimentOf({ spec, record, build, tenure }: EmbodimentPlan): Embodiment {
  return { spec, record, draft: build.draft, ...tenure.mandate };
}
