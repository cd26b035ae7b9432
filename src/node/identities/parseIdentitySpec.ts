import { parseAgentIdentity, type AgentIdentity } from '../../core/identities/agentIdentity.ts';
import { addressabilities, type DurableAgentSpec } from '../../core/identities/durableAgentSpec.ts';
import { MalformedField, type JsonTable, type Reader } from '../../core/sessions/fieldReaders.ts';

/** The fields of a spec file. */
export const identitySpecFields = [
  'agent',
  'display_name',
  'addressability',
  'instructions',
  'labels',
  'context',
  'peers',
] as const;

const maxInstructions = 50;
const maxLabels = 50;
const maxPeers = 200;
const maxNameLength = 100;
const maxLabelLength = 1000;
/** How deep a context may be nested. */
const maxDepth = 16;
const maxContextValues = 10_000;

/**
 * The table of a spec file as what an agent should be. Unknown fields are refused: one that is misspelt
 * would otherwise do nothing. @throws MalformedField that names the field and says what to do
 */
export function parseIdentitySpec(identity: AgentIdentity, table: JsonTable): DurableAgentSpec {
  for (const name of Object.keys(table)) assertKnown(name);
  const at = <T>(name: (typeof identitySpecFields)[number], read: Reader<T>): T | undefined =>
    Object.hasOwn(table, name) ? read(table[name], name) : undefined;
  const profile = at('agent', asAgent);
  if (profile === undefined) {
    throw new MalformedField('agent', 'is missing; name a coding agent, such as agent = "claude".');
  }
  const displayName = at('display_name', asShownText(maxNameLength));
  const context = at('context', asContext);
  return {
    identity,
    profile,
    addressability: at('addressability', asAddressability) ?? addressabilities[0],
    ...(displayName !== undefined && { displayName }),
    labels: at('labels', asLabels) ?? {},
    ...(context !== undefined && { context }),
    additionalInstructions: at('instructions', asInstructions) ?? [],
    peers: at('peers', asPeers(identity)) ?? [],
  };
}

function assertKnown(name: string): void {
  if (identitySpecFields.some((known) => known === name)) return;
  const shown = name.slice(0, maxNameLength);
  const why = /^(command|cmd|args|env|program|shell)$/i.test(name)
    ? 'does not belong here: a spec names an agent by "agent" and never says what is run; remove it.'
    : `is not known; remove or correct it. There are ${identitySpecFields.join(', ')}.`;
  throw new MalformedField(shown, why);
}

const asAgent: Reader<string> = (value, field) => {
  if (typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(value)) return value;
  throw new MalformedField(field, 'must be the id of a coding agent, such as "claude" or "codex".');
};

const asAddressability: Reader<DurableAgentSpec['addressability']> = (value, field) => {
  const found = addressabilities.find((word) => word === value);
  if (found !== undefined) return found;
  throw new MalformedField(field, `must be "${addressabilities.join('" or "')}".`);
};

/** One line that is shown as it is. */
function asShownText(longest: number): Reader<string> {
  return (value, field) => {
    const isFine =
      typeof value === 'string' &&
      value.trim() !== '' &&
      value.length <= longest &&
      !/[\p{Cc}\p{Cf}\p{Surrogate}\u2028\u2029]/u.test(value);
    if (isFine) return value;
    throw new MalformedField(
      field,
      `must be one line of 1 to ${longest} characters, in quotation marks.`,
    );
  };
}

const asInstructions: Reader<readonly string[]> = (value, field) => {
  const list = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  if (list.length > maxInstructions) {
    throw new MalformedField(field, `has more than ${maxInstructions} items; join some of them.`);
  }
  const texts = list.map((item) => {
    if (typeof item === 'string' && !item.includes('\0')) return item.trim();
    throw new MalformedField(field, 'must be a text, or a list of texts.');
  });
  return texts.filter((text) => text !== '');
};

const asLabels: Reader<Readonly<Record<string, string>>> = (value, field) => {
  const entries = Object.entries(asTomlTable(value, field));
  if (entries.length > maxLabels) {
    throw new MalformedField(field, `has more than ${maxLabels} entries; remove some.`);
  }
  const named = asShownText(maxNameLength);
  const labels = entries.map(([name, text]) => {
    const path = `${field}.${name.slice(0, maxNameLength)}`;
    return [named(name, path), asShownText(maxLabelLength)(text, path)] as const;
  });
  return Object.fromEntries(labels);
};

function asPeers(identity: AgentIdentity): Reader<readonly AgentIdentity[]> {
  return (value, field) => {
    if (!Array.isArray(value)) {
      throw new MalformedField(field, 'must be a list of names, such as ["docs"].');
    }
    if (value.length > maxPeers) {
      throw new MalformedField(field, `has more than ${maxPeers} names; remove some.`);
    }
    const peers = (value as readonly unknown[]).map((item, index) => {
      const path = `${field}[${index}]`;
      if (typeof item !== 'string')
        throw new MalformedField(path, 'must be a name in quotation marks.');
      return asPeer(item, path);
    });
    if (peers.includes(identity)) {
      throw new MalformedField(field, 'names the agent itself; remove that.');
    }
    return [...new Set(peers)];
  };
}

function asPeer(text: string, field: string): AgentIdentity {
  try {
    return parseAgentIdentity(text);
  } catch {
    const shown = JSON.stringify(text.slice(0, maxNameLength));
    throw new MalformedField(field, `is ${shown}, which is not the name of an agent; correct it.`);
  }
}

const asContext: Reader<unknown> = (value, field) => {
  const table = asTomlTable(value, field);
  assertBounded(table, field);
  return toJson(table, field);
};

/** Level by level and not by recursion: a dotted key can nest a hundred thousand tables. */
function assertBounded(table: JsonTable, field: string): void {
  let level: readonly unknown[] = [table];
  let count = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth)
      throw new MalformedField(
        field,
        `is nested more than ${maxDepth} deep; write it with fewer levels.`,
      );
    count += level.length;
    if (count > maxContextValues) {
      throw new MalformedField(field, `has more than ${maxContextValues} values; remove some.`);
    }
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null && !(value instanceof Date)
        ? (Object.values(value) as readonly unknown[])
        : [],
    );
  }
}

function toJson(value: unknown, field: string): unknown {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
  }
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item, index) => toJson(item, `${field}[${index}]`));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([name, item]) => [
      name,
      toJson(item, `${field}.${name.slice(0, maxNameLength)}`),
    ]);
    return Object.fromEntries(entries) as unknown;
  }
  throw new MalformedField(field, 'is not a value that can be kept; write it as a text.');
}

function asTomlTable(value: unknown, field: string): JsonTable {
  const isTable =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date);
  if (isTable) return value as JsonTable;
  throw new MalformedField(
    field,
    `must be a table, such as [${field}] with a line for each entry.`,
  );
}
