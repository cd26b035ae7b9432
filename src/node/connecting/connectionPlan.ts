import type { ConnectionRecipe, ConnectionScope } from '../../core/harness/connectionRecipe.ts';
import { recordsFolder, settingsPath, type ConnectionPlaces } from './connectionPlaces.ts';
import { digestOf, readRecord, type ConnectionRecord } from './connectionRecord.ts';
import { gitFileState, type GitFileState } from './gitExclude.ts';
import {
  readOnlyProblem,
  readSettingsFile,
  withoutMark,
  type SettingsFile,
} from './settingsFile.ts';

/** A settings file as it was found, with all that decides what becomes of it. */
export interface FoundSettings {
  readonly recipe: ConnectionRecipe;
  readonly scope: ConnectionScope;
  readonly places: ConnectionPlaces;
  /** By the name under which it was asked for, absolute. */
  readonly file: string;
  readonly settings: Exclude<SettingsFile, { readonly kind: 'problem' }>;
  readonly record: ConnectionRecord | undefined;
  readonly git: GitFileState;
}

/** What would become of a settings file. */
export type ConnectionPlan =
  | {
      readonly kind: 'change';
      readonly file: string;
      /** The text now; undefined when there is no file. */
      readonly before: string | undefined;
      /** The text afterwards; undefined when the file goes. */
      readonly after: string | undefined;
      /** Sentences for people. */
      readonly notes: readonly string[];
      readonly found: FoundSettings;
    }
  /** All is as it would be afterwards. */
  | { readonly kind: 'nothing'; readonly file: string; readonly notes: readonly string[] }
  /** It cannot be done; nothing will be changed. A whole sentence says why and what to do. */
  | { readonly kind: 'problem'; readonly file: string; readonly message: string };

/** What connecting would do. It looks at the disk and asks git, and changes nothing. */
export async function connectionPlan(
  recipe: ConnectionRecipe,
  scope: ConnectionScope,
  places: ConnectionPlaces,
): Promise<ConnectionPlan> {
  const found = await findSettings(recipe, scope, places);
  if (found.kind === 'problem') return found;
  const { file, settings, record, git } = found.value;
  const before = settings.kind === 'present' ? settings.text : undefined;
  const edit = recipe.connected(before);
  if (edit.kind === 'problem') return problem(file, `${file} ${edit.reason}.`);
  const isExcluded = scope === 'shared' && record?.excluded !== undefined;
  if (edit.text === before && !isExcluded) return { kind: 'nothing', file, notes: [] };
  if (scope === 'local' && git === 'tracked') return problem(file, trackedMessage(file));
  const readOnly = readOnlyProblem(settings);
  if (readOnly !== undefined) return problem(file, readOnly);
  const notes = recipe.notes(scope);
  return { kind: 'change', file, before, after: edit.text, notes, found: found.value };
}

/**
 * What disconnecting would do: the bytes of before where nothing else was changed since, else the text
 * without our entries. Entries of ours are found without a record as well.
 */
export async function disconnectionPlan(
  recipe: ConnectionRecipe,
  scope: ConnectionScope,
  places: ConnectionPlaces,
): Promise<ConnectionPlan> {
  const found = await findSettings(recipe, scope, places);
  if (found.kind === 'problem') return found;
  const { file, settings, record } = found.value;
  if (!isOfScope(found.value)) return { kind: 'nothing', file, notes: [] };
  if (settings.kind === 'absent') {
    if (record === undefined) return { kind: 'nothing', file, notes: [] };
    return change(found.value, { before: undefined, after: undefined });
  }
  const before = settings.text;
  const readOnly = readOnlyProblem(settings);
  if (isAsWritten(found.value)) {
    if (readOnly !== undefined) return problem(file, readOnly);
    return change(found.value, { before, after: originalText(record) });
  }
  const edit = recipe.disconnected(before, originalText(record));
  if (edit.kind === 'problem') return problem(file, `${file} ${edit.reason}.`);
  if (edit.text === before && record === undefined) return { kind: 'nothing', file, notes: [] };
  if (readOnly !== undefined && edit.text !== before) return problem(file, readOnly);
  return change(found.value, { before, after: edit.text });
}

/** True while the file has the very bytes that were written when it was connected. */
export function isAsWritten({ settings, record }: FoundSettings): boolean {
  return settings.kind === 'present' && digestOf(settings.bytes) === record?.written;
}

/**
 * Where local and shared settings are one file: whose connection it is. What git tracks is shared, and
 * else what the record says.
 */
export function isOfScope({ recipe, scope, record, git }: FoundSettings): boolean {
  const isOneFile =
    recipe.places.local.path.join('/') === recipe.places.shared.path.join('/') && scope !== 'user';
  if (!isOneFile) return true;
  if (record !== undefined) return record.scope === scope;
  return git === 'unknown' || (git === 'tracked') === (scope === 'shared');
}

export async function findSettings(
  recipe: ConnectionRecipe,
  scope: ConnectionScope,
  places: ConnectionPlaces,
): Promise<
  | { readonly kind: 'found'; readonly value: FoundSettings }
  | { readonly kind: 'problem'; readonly file: string; readonly message: string }
> {
  const file = settingsPath(recipe, scope, places);
  const within = scope === 'user' ? undefined : places.checkout;
  const settings = await readSettingsFile(file, within);
  if (settings.kind === 'problem') return problem(file, settings.message);
  const [record, git] = await Promise.all([
    readRecord(recordsFolder(scope, places), file),
    gitStateOf(file, scope, places),
  ]);
  return { kind: 'found', value: { recipe, scope, places, file, settings, record, git } };
}

async function gitStateOf(
  file: string,
  scope: ConnectionScope,
  { checkout }: ConnectionPlaces,
): Promise<GitFileState> {
  return scope === 'user' ? 'unknown' : gitFileState(checkout, file);
}

/** The text of before, as recipes take it. */
export function originalText(record: ConnectionRecord | undefined): string | undefined {
  const bytes = record?.original;
  return bytes === undefined ? undefined : withoutMark(bytes.toString('utf8'));
}

function change(
  found: FoundSettings,
  texts: { readonly before: string | undefined; readonly after: string | undefined },
): ConnectionPlan {
  return { kind: 'change', file: found.file, ...texts, notes: [], found };
}

function trackedMessage(file: string): string {
  return `${file} is tracked by git, so a connection in it would be everybody's. Connect it shared (--shared), for all who work on this repository, or for yourself (--user), in all your repositories.`;
}

function problem(
  file: string,
  message: string,
): { readonly kind: 'problem'; readonly file: string; readonly message: string } {
  return { kind: 'problem', file, message };
}
