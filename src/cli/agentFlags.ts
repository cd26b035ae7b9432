import { resolve } from 'node:path';
import type { AgentEntry } from '../core/agents/agentEntry.ts';
import type { OpenRegistry } from '../node/openRegistry.ts';
import { recordProcess, type RecordedProcess } from '../node/recordedProcess.ts';
import { baseFolder } from './options.ts';
import type { VerbContext } from './verbContext.ts';

/** The flags that say who an agent is and where it works. */
export interface AgentFlags {
  readonly harness?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly thinkingLevel?: string;
  readonly actorKey?: string;
  readonly parentKey?: string;
  readonly instanceKey?: string;
  readonly clientInstance?: string;
  readonly heddleSession?: string;
  readonly path?: string;
  readonly pid?: number;
  readonly baseState?: string;
}

type NamedFields = Partial<
  Pick<
    AgentEntry,
    | 'harness'
    | 'provider'
    | 'model'
    | 'thinkingLevel'
    | 'nativeActorKey'
    | 'nativeParentActorKey'
    | 'nativeInstanceKey'
    | 'clientInstanceId'
    | 'heddleSessionId'
  >
>;

/** The fields that were named on the command line, and no others, so that they can be laid over an entry. */
export function namedFields(flags: AgentFlags): NamedFields {
  return withoutUndefined({
    harness: flags.harness,
    provider: flags.provider,
    model: flags.model,
    thinkingLevel: flags.thinkingLevel,
    nativeActorKey: flags.actorKey,
    nativeParentActorKey: flags.parentKey,
    nativeInstanceKey: flags.instanceKey,
    clientInstanceId: flags.clientInstance,
    heddleSessionId: flags.heddleSession,
  });
}

/** The fields without those that are undefined. */
export function withoutUndefined<T extends object>(fields: T): Partial<T> {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as Partial<T>;
}

/** The folder in which the agent works, absolute: `--path`, else the root when given, else here. */
export function workingFolder({ host, root }: VerbContext, path: string | undefined): string {
  const base = baseFolder(host.cwd, root);
  return path === undefined ? base : resolve(base, path);
}

/** All that there is to record of a process; nothing when none was named. */
export async function processFields(
  { probe }: OpenRegistry,
  pid: number | undefined,
): Promise<RecordedProcess | undefined> {
  return pid === undefined ? undefined : recordProcess(probe, pid);
}

/** How the harness is known: it was told, which is as sure as it gets. */
export function probeFields(
  flags: AgentFlags,
): Partial<Pick<AgentEntry, 'probeSource' | 'probeConfidence'>> {
  return flags.harness === undefined ? {} : { probeSource: 'agent_api', probeConfidence: 1 };
}
