import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { errorText } from '../base/errorText.ts';
import type { RecordedPayload } from '../node/doctor/simulatePayloads.ts';
import { UsageError } from './usageError.ts';

const maxBytes = 10 * 1024 * 1024;

/**
 * Recorded events from a file, or from the files `*.json` of a folder in the order of their names. A
 * file holds one event or a list of them. @throws UsageError for what is no such file
 */
export async function readPayloads(
  path: string,
  { cwd }: { readonly cwd: string },
): Promise<readonly RecordedPayload[]> {
  const absolute = resolve(cwd, path);
  const stats = await stat(absolute).catch((error: unknown) => {
    throw new UsageError(`The file or folder ${path} cannot be read (${errorText(error)}).`);
  });
  if (!stats.isDirectory()) return readFrom(absolute);
  const names = (await readdir(absolute)).filter((name) => name.endsWith('.json')).sort();
  if (names.length === 0)
    throw new UsageError(`The folder ${path} has no files that end in .json.`);
  return (await Promise.all(names.map((name) => readFrom(join(absolute, name))))).flat();
}

async function readFrom(file: string): Promise<readonly RecordedPayload[]> {
  const name = basename(file);
  const { size } = await stat(file);
  if (size > maxBytes) throw new UsageError(`The file ${name} is too large for an event.`);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`The file ${name} is no JSON (${errorText(error)}).`);
  }
  const payloads: readonly unknown[] = Array.isArray(value) ? value : [value];
  return payloads.map((payload, i) => ({
    name: payloads.length === 1 ? name : `${name} [${i}]`,
    payload: asEvent(payload, name),
  }));
}

function asEvent(payload: unknown, name: string): unknown {
  if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) return payload;
  throw new UsageError(
    `The file ${name} must hold an event of an agent, which is an object: { … }.`,
  );
}
