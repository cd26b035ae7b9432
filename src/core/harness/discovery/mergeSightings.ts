import { agentFamilies, innermost, type AgentFamily } from './agentFamilies.ts';
import type {
  AgentSighting,
  DiscoveredAgent,
  DiscoveredParent,
  ParentOf,
  RegisteredProcess,
  TerminalSighting,
} from './discoveredAgent.ts';

export interface Sightings {
  /** Every process of an agent in the repository, registered or not. */
  readonly processes: readonly AgentSighting[];
  readonly terminals: readonly TerminalSighting[];
  readonly registered: readonly RegisteredProcess[];
  readonly parentOf: ParentOf;
  /** Whether a process that exists would have been found. */
  readonly canSeeProcesses: boolean;
}

/**
 * The agents that nobody registered, each once: a script and the native program that it starts are
 * one agent (the program), and so are a command in a terminal and the process that it became.
 */
export function mergeSightings(sightings: Sightings): readonly DiscoveredAgent[] {
  const registered = registeredLookup(sightings.registered);
  const found = agentFamilies(sightings).filter((family) =>
    family.every((each) => registered.of(each) === undefined),
  );
  const parentFor = parentFinder(found, { registered, parentOf: sightings.parentOf });
  const terminals = sightings.terminals.filter((each) => !hasBecomeProcess(each, sightings));
  return [
    ...found.map((family) => fromProcess(innermost(family), parentFor)),
    ...terminals.map((each) => fromTerminal(each, { parentFor, sightings })),
  ];
}

type ParentFinder = (pid: number, ownId?: string) => DiscoveredParent | undefined;

function parentFinder(
  found: readonly AgentFamily[],
  { registered, parentOf }: { readonly registered: RegisteredLookup; readonly parentOf: ParentOf },
): ParentFinder {
  const idByPid = new Map(
    found.flatMap((family) => family.map(({ pid }) => [pid, processId(innermost(family))])),
  );
  return (pid, ownId) => {
    for (const above of ancestors(parentOf, pid)) {
      const id = idByPid.get(above);
      if (id !== undefined && id !== ownId) return { kind: 'discovered', id };
      const entry = registered.pid(above);
      if (entry !== undefined) return { kind: 'registered', sessionId: entry.sessionId };
    }
    return undefined;
  };
}

function fromProcess(sighting: AgentSighting, parentFor: ParentFinder): DiscoveredAgent {
  const { harness, pid, cwd, processStart, startedAtMs } = sighting;
  const id = processId(sighting);
  return {
    id,
    harness,
    source: 'process',
    confidence: 'high',
    reason: 'process-in-repository',
    pid,
    processStart,
    startedAtMs,
    cwd,
    parent: parentFor(pid, id),
  };
}

function fromTerminal(
  { id, harness, shellPid, cwd, startedAtMs }: TerminalSighting,
  { parentFor, sightings }: { readonly parentFor: ParentFinder; readonly sightings: Sightings },
): DiscoveredAgent {
  const isAlone = sightings.canSeeProcesses && shellPid !== undefined;
  return {
    id: `terminal:${id}`,
    harness,
    source: 'terminal',
    confidence: isAlone ? 'low' : 'medium',
    reason: isAlone ? 'terminal-command-alone' : 'terminal-command',
    pid: undefined,
    processStart: undefined,
    startedAtMs,
    cwd,
    parent: shellPid === undefined ? undefined : parentFor(shellPid),
  };
}

/** From a parent to the root; a listing that changes while it is read may contain a circle. */
function* ancestors(parentOf: ParentOf, pid: number): Generator<number> {
  const seen = new Set([pid]);
  for (let at = parentOf(pid); at !== undefined && at > 0 && !seen.has(at); at = parentOf(at)) {
    seen.add(at);
    yield at;
  }
}

function processId({ pid, processStart }: AgentSighting): string {
  return processStart === undefined ? `process:${pid}` : `process:${pid}:${processStart}`;
}

interface RegisteredLookup {
  of(sighting: AgentSighting): RegisteredProcess | undefined;
  pid(pid: number): RegisteredProcess | undefined;
}

function registeredLookup(registered: readonly RegisteredProcess[]): RegisteredLookup {
  const byPid = new Map<number, RegisteredProcess[]>();
  for (const entry of registered) byPid.set(entry.pid, [...(byPid.get(entry.pid) ?? []), entry]);
  return {
    of: ({ pid, processStart }) =>
      byPid.get(pid)?.find((entry) =>
        // An entry that has ended speaks for the process only if it surely is the same one.
        entry.processStart === undefined || processStart === undefined
          ? entry.isActive
          : entry.processStart === processStart,
      ),
    pid: (pid) => {
      const active = byPid.get(pid)?.filter(({ isActive }) => isActive) ?? [];
      // Its children work in the same process.
      return active.find(({ isChild }) => !isChild) ?? active[0];
    },
  };
}

/** Whether an agent of this kind runs below the shell of the terminal. */
function hasBecomeProcess(
  { harness, shellPid }: TerminalSighting,
  { processes, registered, parentOf }: Sightings,
): boolean {
  if (shellPid === undefined) return false;
  const isBelow = (pid: number): boolean =>
    pid === shellPid || [...ancestors(parentOf, pid)].includes(shellPid);
  return (
    processes.some((each) => each.harness === harness && isBelow(each.pid)) ||
    registered.some((each) => each.isActive && isBelow(each.pid))
  );
}
