import type { AgentEntry } from '../../core/agents/agentEntry.ts';
import type { ProcessProbe } from '../../core/agents/liveness.ts';
import type {
  AgentSighting,
  DiscoveredAgent,
  RegisteredProcess,
  TerminalSighting,
} from '../../core/harness/discovery/discoveredAgent.ts';
import type { ListedProcess } from '../../core/harness/discovery/listedProcess.ts';
import { mergeSightings } from '../../core/harness/discovery/mergeSightings.ts';
import { harnessOfCommandLine } from '../../core/harness/discovery/terminalCommand.ts';
import type { HarnessId } from '../../core/harness/harnessEvent.ts';
import type { HeddleRoot } from '../heddleRoot.ts';
import { createProcessProbe } from '../processProbe.ts';
import { listCandidates, type Candidate, type Candidates } from './candidateProcesses.ts';
import { realPath, repositoryTest } from './repositoryTest.ts';

export type KnownAgent = Pick<
  AgentEntry,
  'sessionId' | 'status' | 'pid' | 'processStart' | 'pidNamespace' | 'nativeParentActorKey'
>;

/** A command that runs in a terminal of the editor now, as its shell integration tells. */
export interface RunningCommand {
  /** The same while the command runs, and of no other command. */
  readonly id: string;
  readonly commandLine: string;
  readonly shellPid: number | undefined;
  readonly cwd: string | undefined;
  readonly startedAtMs: number | undefined;
}

export interface DiscoveryRequest {
  readonly location: HeddleRoot;
  /** Every entry of the registry, the ended ones as well. */
  readonly known: readonly KnownAgent[];
  /** Which coding agent a process is itself, if any. */
  readonly harnessOf: (process: ListedProcess) => HarnessId | undefined;
  readonly terminals?: readonly RunningCommand[] | undefined;
  readonly probe?: ProcessProbe | undefined;
  readonly platform?: NodeJS.Platform | undefined;
}

/**
 * The coding agents at work in a repository (or one of its worktrees) that did not register. Reads
 * processes of the same user only, changes nothing, and never rejects because of one of them. Where
 * the folder of a process cannot be told (Windows) only terminals are looked at.
 *
 * With 1 000 other processes on Linux it takes 10 ms of processor time, nearly all of it for their
 * folders; 30 ms when all of them work in the repository.
 */
export async function discoverAgents(
  request: DiscoveryRequest,
): Promise<readonly DiscoveredAgent[]> {
  const { location, platform = process.platform, probe = createProcessProbe(platform) } = request;
  const isWanted = repositoryTest(location);
  const terminals = terminalSightings(request.terminals ?? [], isWanted);
  const listed = await listCandidates(platform, {
    harnessOf: request.harnessOf,
    isWanted,
    needsTree: terminals.length > 0,
  });
  const namespace = (await probe.host()).pidNamespace;
  return mergeSightings({
    processes: await withStarts(listed, probe),
    terminals,
    registered: request.known.flatMap((entry) => toRegistered(entry, namespace)),
    parentOf: listed.parentOf,
    canSeeProcesses: listed.hasFolders,
  });
}

function terminalSightings(
  terminals: readonly RunningCommand[],
  isWanted: (folder: string) => boolean,
): readonly TerminalSighting[] {
  return terminals.flatMap(({ commandLine, ...terminal }) => {
    const harness = harnessOfCommandLine(commandLine);
    if (harness === undefined) return [];
    const isElsewhere = terminal.cwd !== undefined && !isWanted(realPath(terminal.cwd));
    return isElsewhere ? [] : [{ ...terminal, harness }];
  });
}

async function withStarts(
  { found }: Candidates,
  probe: ProcessProbe,
): Promise<readonly AgentSighting[]> {
  if (found.length === 0) return [];
  const states = await probe.probe(found.map(({ process }) => process.pid));
  return found.flatMap(({ process, harness, cwd }: Candidate): readonly AgentSighting[] => {
    const state = states.get(process.pid);
    if (state?.kind !== 'running') return [];
    const { start, startedAtMs } = state;
    const { pid, args } = process;
    return [{ harness, pid, args, cwd, processStart: start, startedAtMs }];
  });
}

/** A process in another pid namespace has an id that means nothing here. */
function toRegistered(
  entry: KnownAgent,
  namespace: string | undefined,
): readonly RegisteredProcess[] {
  const { sessionId, pid, processStart, pidNamespace } = entry;
  if (pid === undefined) return [];
  if (pidNamespace !== undefined && pidNamespace !== namespace) return [];
  return [
    {
      sessionId,
      pid,
      processStart,
      isActive: entry.status === 'active',
      isChild: entry.nativeParentActorKey !== undefined,
    },
  ];
}
