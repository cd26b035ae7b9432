import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, errorText } from '../base/errorText.ts';
import { parseCustomAgents, type CustomAgent } from '../harnesses/acp/customAgents.ts';
import { ownHomeFolder } from '../node/connecting/connectionPlaces.ts';

import { UsageError } from './usageError.ts';

const maxBytes = 1024 * 1024;

/** The file in which a person names agents of their own. A repository never has a say in that. */
export function customAgentsPath(home: string): string {
  return join(ownHomeFolder(home), 'agents.json');
}

/** Empty without the file. @throws UsageError that names the file, what is wrong in it, and what to do */
export function readCustomAgents(home: string): readonly CustomAgent[] {
  const path = customAgentsPath(home);
  const text = textOf(path);
  if (text === undefined) return [];
  const { agents, problems } = parseCustomAgents(jsonOf(path, text));
  if (problems.length === 0) return agents;
  throw new UsageError(`${path} is wrong: ${problems.join(' ')} Correct it or move it away.`);
}

function jsonOf(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path} is no JSON (${errorText(error)}). Correct it or move it away.`, {
      cause: error,
    });
  }
}

function textOf(path: string): string | undefined {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw new Error('it is no file');
    if (stats.size > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new UsageError(
      `${path} cannot be read (${errorText(error)}). Correct it or move it away.`,
      {
        cause: error,
      },
    );
  }
}
