import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { harnessIds, type HarnessId } from '../../../src/core/harness/harnessEvent.ts';

/** A payload that a coding agent gave to a hook, or gives by its documentation. */
export interface KeptPayload {
  readonly harness: HarnessId;
  /** Below `test/support/payloads`, with `/`. */
  readonly file: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

const root = fileURLToPath(new URL('.', import.meta.url));
/** What lies beside the payloads and is none: the order of a run, its surroundings, transcripts. */
const noPayload =
  /-order\.json$|\/surroundings-|status-line\.json$|\/(?:transcripts?|stores?|processes)\//;

/** One payload, by its path below the folder of the harness, without `.json`. */
export function readPayload(harness: HarnessId, name: string): KeptPayload['payload'] {
  const text = readFileSync(join(root, harness, `${name}.json`), 'utf8');
  return JSON.parse(text) as KeptPayload['payload'];
}

/** Every payload that is kept, of all harnesses, in the order of the names of their files. */
export function allPayloads(): readonly KeptPayload[] {
  return harnessIds.flatMap((harness) => payloadsOf(harness));
}

function payloadsOf(harness: HarnessId): readonly KeptPayload[] {
  if (!existsSync(join(root, harness))) return [];
  const names = readdirSync(join(root, harness), { recursive: true, encoding: 'utf8' });
  return names
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.json') && !noPayload.test(`/${name}`))
    .sort()
    .map((name) => ({
      harness,
      file: `${harness}/${name}`,
      payload: readPayload(harness, name.slice(0, -'.json'.length)),
    }));
}
