import type { AcpAgent } from '../../core/acp/acpAgent.ts';
import { listOf, nameOf, pathOf, tableOf, textOf } from '../../core/acp/wireFields.ts';

/** An agent that a person has set up: a command line that speaks the Agent Client Protocol. */
export interface CustomAgent {
  readonly id: string;
  readonly name: string;
  /** As it is written: absolute, or found on the path. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const idPattern = /^[a-z0-9][a-z0-9._-]{0,63}$/i;
const maxAgents = 100;
const maxArgs = 200;
const maxNameLength = 100;

/**
 * The agents of a table of settings, `{ID: {name, command, args, env}}`, that belongs to the machine or
 * the person. Never call it with what a repository says: whoever writes these runs programs. What is
 * wrong is told in sentences that name the field, and left out.
 */
export function parseCustomAgents(value: unknown): {
  readonly agents: readonly CustomAgent[];
  readonly problems: readonly string[];
} {
  if (value === undefined) return { agents: [], problems: [] };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { agents: [], problems: ['It must hold an object: { ID: { "command": … } }.'] };
  }
  const problems: string[] = [];
  const agents = Object.entries(value)
    .slice(0, maxAgents)
    .flatMap(([id, fields]) => {
      const read = parseAgent(id, fields);
      if (typeof read !== 'string') return [read];
      problems.push(`${JSON.stringify(id.slice(0, maxNameLength))} ${read}`);
      return [];
    });
  return { agents, problems };
}

function parseAgent(id: string, value: unknown): CustomAgent | string {
  const { name, command, args = [], env = {} } = tableOf(value);
  if (!idPattern.test(id)) return 'must be letters, digits, ".", "_" and "-".';
  const program = pathOf(command);
  if (program === undefined) return 'must have a "command", a text.';
  const words = listOf(args, maxArgs).filter((each) => typeof each === 'string');
  if (!Array.isArray(args) || words.length !== args.length) {
    return `must have a list of at most ${maxArgs} texts as "args".`;
  }
  const variables = Object.entries(tableOf(env)).filter(
    (each): each is [string, string] => typeof each[1] === 'string',
  );
  if (variables.length !== Object.keys(tableOf(env)).length || tableOf(env) !== env) {
    return 'must have an object of texts as "env".';
  }
  const shown = nameOf(name) === undefined ? id : (textOf(name, maxNameLength) ?? id);
  return { id, name: shown, command: program, args: words, env: Object.fromEntries(variables) };
}

/** The agent whose program was found. @param command its absolute path */
export function toCustomAcpAgent(agent: CustomAgent, command: string): AcpAgent {
  const { id, name, args, env } = agent;
  return {
    id,
    displayName: name,
    command,
    args,
    env,
    registryName: id,
    actorKeyOf: (conversationId) => `${id}:session:${conversationId}`,
  };
}
