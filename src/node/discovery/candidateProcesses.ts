import type { ListedProcess } from '../../core/harness/discovery/listedProcess.ts';
import type { ParentOf } from '../../core/harness/discovery/discoveredAgent.ts';
import type { HarnessId } from '../../core/harness/harnessEvent.ts';
import { listProcesses } from '../processes/processListing.ts';
import { listDarwinFolders } from './darwinFolders.ts';
import { listLinuxPids, readLinuxFolder } from './linuxFolders.ts';
import { readLinuxProcess } from '../processes/linuxProcesses.ts';
import { forEachYielding } from '../yieldingLoop.ts';

export interface Candidate {
  readonly process: ListedProcess;
  readonly harness: HarnessId;
  /** Its working directory, links resolved. */
  readonly cwd: string;
}

export interface Candidates {
  readonly found: readonly Candidate[];
  readonly parentOf: ParentOf;
  /** False where the platform does not tell in which folder a process works. */
  readonly hasFolders: boolean;
}

export interface CandidateRequest {
  readonly harnessOf: (process: ListedProcess) => HarnessId | undefined;
  readonly isWanted: (cwd: string) => boolean;
  /** Whether parents matter even when no folder can be told. */
  readonly needsTree: boolean;
}

/**
 * Names that the kernel gives to processes of coding agents: their own, that of what runs their
 * script, or (a native one that updates itself) its version. The arguments of others stay unread.
 */
const possibleNames =
  /^(?:node|bun|deno|MainThread|electron|claude|codex|gemini|opencode|cursor|agent|copilot|\d+\.\d+)/i;

/** The processes that are a coding agent in a wanted folder. Never rejects. */
export function listCandidates(
  platform: NodeJS.Platform,
  request: CandidateRequest,
): Promise<Candidates> {
  switch (platform) {
    case 'linux':
      return onLinux(request);
    case 'darwin':
      return onDarwin(request).catch(() => nothing);
    case 'win32':
      return onWindows(request).catch(() => nothing);
    default:
      return Promise.resolve(nothing);
  }
}

const nothing: Candidates = { found: [], parentOf: () => undefined, hasFolders: false };

/** Folders are looked at first: one system call each, and few processes are in the repository. */
async function onLinux({ harnessOf, isWanted }: CandidateRequest): Promise<Candidates> {
  const pids = listLinuxPids();
  const found: Candidate[] = [];
  await forEachYielding(pids, (pid) => {
    const cwd = readLinuxFolder(pid);
    if (cwd === undefined || !isWanted(cwd)) return;
    const process = readLinuxProcess(pid);
    if (process === undefined || !possibleNames.test(process.name)) return;
    const harness = harnessOf(process);
    if (harness !== undefined) found.push({ process, harness, cwd });
  });
  const parentOf: ParentOf = (pid) => readLinuxProcess(pid)?.parentPid;
  return { found, parentOf, hasFolders: pids.length > 0 };
}

async function onDarwin({ harnessOf, isWanted }: CandidateRequest): Promise<Candidates> {
  const listed = await listProcesses('darwin');
  const agents = [...listed.values()].flatMap((process) => {
    const harness = possibleNames.test(process.name) ? harnessOf(process) : undefined;
    return harness === undefined ? [] : [{ process, harness }];
  });
  const folders = await listDarwinFolders(agents.map(({ process }) => process.pid));
  const found = agents.flatMap((agent): readonly Candidate[] => {
    const cwd = folders.get(agent.process.pid);
    return cwd !== undefined && isWanted(cwd) ? [{ ...agent, cwd }] : [];
  });
  return { found, parentOf: (pid) => listed.get(pid)?.parentPid, hasFolders: true };
}

/** The tree alone tells whether an agent in a terminal has registered; it costs a second, so only then. */
async function onWindows({ needsTree }: CandidateRequest): Promise<Candidates> {
  if (!needsTree) return nothing;
  const listed = await listProcesses('win32');
  return { ...nothing, parentOf: (pid) => listed.get(pid)?.parentPid };
}
