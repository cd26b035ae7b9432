import type { PermissionPolicy } from '../../core/acp/permissionPolicy.ts';
import {
  asCount,
  asFlag,
  asListOf,
  asName,
  asOneOf,
  asPath,
  asTable,
  asText,
  fieldsOf,
  MalformedField,
  optional,
  present,
  type JsonTable,
  type Reader,
} from '../../core/sessions/fieldReaders.ts';
import { readSessionSpec, type SessionSpec } from '../../core/sessions/sessionSpec.ts';
import type { HeddleRoot } from '../heddleRoot.ts';
import type { Retention } from './sessionHistory.ts';

/** How a coding agent is started: a preset that was found, or what the person set. */
export interface AgentCommand {
  /** The id of the preset. */
  readonly id: string;
  readonly name: string;
  /** The harness under which it is entered in the registry of agents. */
  readonly harness?: string | undefined;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the environment of the host. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** The mode in which it asks before it changes something, where it has modes. */
  readonly askMode?: string | undefined;
  /** What a person does to log in, a whole sentence. */
  readonly logIn?: string | undefined;
}

/** What a host is told on its standard input. */
export interface StartRequest {
  readonly spec: SessionSpec;
  readonly location: HeddleRoot;
  readonly agent: AgentCommand;
  /** Without it a person is asked whenever the agent asks. */
  readonly policy?: PermissionPolicy | undefined;
  readonly keep?: Retention | undefined;
  /** True when who starts it will attach with an editor, whose unsaved text the agent is to see. */
  readonly expectsEditor?: boolean | undefined;
}

/** Longest request in bytes. */
export const maxStartRequestBytes = 64 * 1024 * 1024;
const startVersion = 1;
const maxArgs = 10_000;

export function encodeStartRequest({ location, ...request }: StartRequest): string {
  const { root, heddleFolder } = location;
  const { spec, agent, policy, keep, expectsEditor } = request;
  const how = { policy, keep, expectsEditor };
  return JSON.stringify({ v: startVersion, spec, root, heddleFolder, agent, ...how });
}

/** @throws SyntaxError, MalformedField that names the field */
export function parseStartRequest(text: string): StartRequest {
  const at = fieldsOf(JSON.parse(text) as unknown, '');
  const [root, heddleFolder] = [at('root', asPath), at('heddleFolder', asPath)];
  return present({
    spec: at('spec', readSessionSpec),
    location: { root, heddleFolder, isPresent: true },
    agent: at('agent', readAgentCommand),
    policy: at('policy', optional(readPolicy)),
    keep: at('keep', optional(readRetention)),
    expectsEditor: at('expectsEditor', optional(asFlag)),
  });
}

const readAgentCommand: Reader<AgentCommand> = (value, field) => {
  const at = fieldsOf(value, field);
  return present({
    id: at('id', asName),
    name: at('name', asName),
    harness: at('harness', optional(asName)),
    command: at('command', asPath),
    args: at('args', asListOf(asText, maxArgs)),
    env: at('env', optional(readVariables)),
    askMode: at('askMode', optional(asName)),
    logIn: at('logIn', optional(asText)),
  });
};

const readVariables: Reader<Readonly<Record<string, string>>> = (value, field) => {
  const table: JsonTable = asTable(value, field);
  for (const [name, text] of Object.entries(table)) {
    if (typeof text !== 'string') throw new MalformedField(`${field}.${name}`, 'must be a text.');
  }
  return table as Readonly<Record<string, string>>;
};

const asRule = asOneOf(['ask', 'allow']);
const readPolicy: Reader<PermissionPolicy> = (value, field) => {
  const at = fieldsOf(value, field);
  return { edits: at('edits', asRule), commands: at('commands', asRule) };
};

const readRetention: Reader<Retention> = (value, field) => {
  const at = fieldsOf(value, field);
  return { maxAgeMs: at('maxAgeMs', asCount), maxEnded: at('maxEnded', asCount) };
};
