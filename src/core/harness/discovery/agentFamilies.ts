import type { AgentSighting, ParentOf } from './discoveredAgent.ts';
import { programBaseName } from './programBaseName.ts';

/** The processes of one agent, outermost first: mostly one, or scripts and the program they start. */
export type AgentFamily = readonly [AgentSighting, ...AgentSighting[]];

/** The process that does the work. */
export function innermost(family: AgentFamily): AgentSighting {
  return family.at(-1) ?? family[0];
}

/** Joins each script with the program that it started for the same arguments. */
export function agentFamilies({
  processes,
  parentOf,
}: {
  readonly processes: readonly AgentSighting[];
  readonly parentOf: ParentOf;
}): readonly AgentFamily[] {
  const byPid = new Map(processes.map((each) => [each.pid, each]));
  const innerOf = new Map<number, AgentSighting>();
  const inner = new Set<number>();
  for (const each of processes) {
    const parentPid = parentOf(each.pid);
    const parent = parentPid === undefined ? undefined : byPid.get(parentPid);
    if (parent === undefined || innerOf.has(parent.pid) || !isLauncherOf(parent, each)) continue;
    innerOf.set(parent.pid, each);
    inner.add(each.pid);
  }
  return processes
    .filter(({ pid }) => !inner.has(pid))
    .map((outermost): AgentFamily => {
      const family: [AgentSighting, ...AgentSighting[]] = [outermost];
      for (
        let next = innerOf.get(outermost.pid);
        next !== undefined && !family.includes(next);
        next = innerOf.get(next.pid)
      ) {
        family.push(next);
      }
      return family;
    });
}

/** A script hands all its arguments on; an agent that another one calls gets a task of its own. */
function isLauncherOf(outer: AgentSighting, inner: AgentSighting): boolean {
  if (outer.harness !== inner.harness || outer.cwd !== inner.cwd) return false;
  if (!isInterpreter(outer.args[0])) return false;
  const given = argumentsForAgent(outer.args);
  const taken = argumentsForAgent(inner.args);
  return given.length === taken.length && given.every((arg, i) => arg === taken[i]);
}

function argumentsForAgent([program, ...args]: readonly string[]): readonly string[] {
  if (!isInterpreter(program)) return args;
  return args.slice(args.findIndex((arg) => !arg.startsWith('-')) + 1);
}

function isInterpreter(program: string | undefined): boolean {
  return program !== undefined && /^(?:node|nodejs|bun|deno)$/.test(programBaseName(program));
}
