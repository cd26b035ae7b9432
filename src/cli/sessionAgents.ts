import { findProgram, type ProgramPlaces } from '../node/acp/findProgram.ts';
import type { AgentCommand } from '../node/sessions/startRequest.ts';
import { acpPresets } from '../harnesses/acpPresets.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import { homeOf } from './connectionAccess.ts';
import { customAgentsPath, readCustomAgents } from './customAgentsFile.ts';
import { UsageError } from './usageError.ts';
import type { VerbContext } from './verbContext.ts';

/** An agent that may be started, and why it cannot be. */
export interface KnownAgent {
  readonly id: string;
  readonly name: string;
  /** Undefined when its program is not found. */
  readonly command: AgentCommand | undefined;
  /** What to do when it is not found. */
  readonly remedy: string;
}

/** Those of the person first; one of theirs takes the place of ours with the same id. */
export function knownAgents(context: VerbContext): readonly KnownAgent[] {
  const own = ownAgents(context);
  const ids = new Set(own.map(({ id }) => id));
  return [...own, ...presetAgents(context).filter(({ id }) => !ids.has(id))];
}

function ownAgents(context: VerbContext): readonly KnownAgent[] {
  const home = homeOf(context);
  return readCustomAgents(home).map(({ id, name, command, args, env }): KnownAgent => {
    const found = findProgram([{ name: command, args }], placesOf(context));
    const shown = toPlainLine(command, 200);
    return {
      id,
      name,
      command: found && { ...found, id, name, env },
      remedy: `${customAgentsPath(home)} says "${shown}", which is no program. Give its absolute path, or the name of one on the PATH.`,
    };
  });
}

function presetAgents(context: VerbContext): readonly KnownAgent[] {
  return acpPresets().map(({ id, harness, programs, install, ...more }): KnownAgent => {
    const name = harness.displayName;
    const found = findProgram(programs, placesOf(context));
    const known = { id, name, harness: harness.registryName, ...more };
    return {
      id,
      name,
      command: found && { ...known, ...found },
      remedy: `Install it: ${install}.`,
    };
  });
}

function placesOf(context: VerbContext): ProgramPlaces {
  return { home: homeOf(context), env: context.host.env, platform: process.platform };
}

/**
 * The agent of this id, or the first that is found. @throws UsageError for an unknown one, or one whose
 * program is not found
 */
export function expectAgent(context: VerbContext, id: string | undefined): AgentCommand {
  const agents = knownAgents(context);
  const named = id === undefined ? undefined : agents.find((agent) => agent.id === id);
  const found = id === undefined ? agents.find(({ command }) => command) : named;
  if (found?.command) return found.command;
  if (found)
    throw new UsageError(`The agent ${toPlainLine(found.name)} was not found. ${found.remedy}`);
  const list = agents.map((agent) => agent.id).join(', ');
  if (id === undefined) {
    throw new UsageError(
      `No coding agent was found on this machine. Install one of ${list}, or name your own in ${customAgentsPath(homeOf(context))}.`,
    );
  }
  throw new UsageError(`There is no agent "${toPlainLine(id, 60)}". There are: ${list}.`);
}
