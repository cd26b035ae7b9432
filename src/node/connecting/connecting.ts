import { mkdir, rmdir, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode, errorText } from '../../base/errorText.ts';
import {
  isAsWritten,
  originalText,
  type ConnectionPlan,
  type FoundSettings,
} from './connectionPlan.ts';
import { recordsFolder } from './connectionPlaces.ts';
import { digestOf, removeRecord, writeRecord, type ConnectionRecord } from './connectionRecord.ts';
import { excludeFromGit, includeInGit } from './gitExclude.ts';
import { replaceFile } from './replaceFile.ts';
import { encodeSettings, readSettingsFile } from './settingsFile.ts';

/** A plan that can be carried out. */
export type ConnectionChange = Extract<ConnectionPlan, { readonly kind: 'change' }>;

/** Why a plan was not carried out. Its message is a whole sentence for people. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

const newFileMode = 0o644;

/**
 * Carries out a plan of connecting. When it fails, everything is as it was.
 * @throws ConnectionError
 */
export async function connect({ file, before, after, found }: ConnectionChange): Promise<void> {
  await guarded(file, async () => {
    await assertUnchanged(found);
    const { scope, places, settings, record, git } = found;
    const folder = recordsFolder(scope, places);
    const bytes = encodeSettings(after ?? '', settings.kind === 'present' && settings.hasMark);
    const undo = new UndoSteps();
    try {
      const made = await makeFolders(dirname(settings.path));
      undo.add(() => removeEmptyFolders(made));
      if (scope === 'shared' && record?.excluded !== undefined) await includeInGit(record.excluded);
      const isNew = settings.kind === 'absent' && git === 'untracked';
      const excluded =
        scope === 'local' && isNew ? await excludeFromGit(places.checkout, file) : undefined;
      if (excluded !== undefined) undo.add(() => includeInGit(excluded));
      const next: ConnectionRecord = {
        harness: found.recipe.harness,
        scope,
        file,
        original: originalOf(found),
        written: digestOf(bytes),
        madeFolders: [...(record?.madeFolders ?? []), ...made],
        excluded: scope === 'local' ? (excluded ?? record?.excluded) : undefined,
      };
      const isInRepository = scope !== 'user';
      await writeRecord(folder, next, { isInRepository });
      undo.add(() =>
        record === undefined
          ? removeRecord(folder, file)
          : writeRecord(folder, record, { isInRepository }),
      );
      if (after !== before) await replaceFile(settings.path, bytes, modeOf(found));
    } catch (error) {
      await undo.run();
      throw error;
    }
  });
}

/** Carries out a plan of disconnecting. @throws ConnectionError */
export async function disconnect({ file, before, after, found }: ConnectionChange): Promise<void> {
  await guarded(file, async () => {
    await assertUnchanged(found);
    const { scope, places, settings, record } = found;
    if (settings.kind === 'present' && after !== before) {
      const original = isAsWritten(found) ? record?.original : undefined;
      if (after === undefined) await unlink(settings.path);
      else {
        const bytes = original ?? encodeSettings(after, settings.hasMark);
        await replaceFile(settings.path, bytes, modeOf(found));
      }
    }
    if (record === undefined) return;
    await removeEmptyFolders(record.madeFolders);
    if (record.excluded !== undefined) await includeInGit(record.excluded);
    await removeRecord(recordsFolder(scope, places), file);
  });
}

/** What the file would be without us. */
function originalOf(found: FoundSettings): Buffer | undefined {
  const { recipe, settings, record } = found;
  if (settings.kind === 'absent') return undefined;
  if (isAsWritten(found)) return record?.original;
  if (recipe.state(settings.text).kind === 'none') return settings.bytes;
  const edit = recipe.disconnected(settings.text, originalText(record));
  if (edit.kind === 'problem' || edit.text === undefined) return undefined;
  return encodeSettings(edit.text, settings.hasMark);
}

function modeOf({ settings }: FoundSettings): number {
  return settings.kind === 'present' ? settings.mode : newFileMode;
}

/** Between the plan and its doing a person may have looked at a question for long. */
async function assertUnchanged({ file, scope, places, settings }: FoundSettings): Promise<void> {
  const now = await readSettingsFile(file, scope === 'user' ? undefined : places.checkout);
  const isSame =
    now.kind === settings.kind &&
    (now.kind !== 'present' || settings.kind !== 'present' || now.bytes.equals(settings.bytes));
  if (!isSame) {
    throw new ConnectionError(`${file} was changed in the meantime. Look at it, then try again.`);
  }
}

async function guarded(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof ConnectionError) throw error;
    throw new ConnectionError(
      `${file} could not be changed (${errorText(error)}). Check its permissions and those of its folder.`,
      { cause: error },
    );
  }
}

/** Makes a folder and those above it, and returns those that were made, the outermost first. */
async function makeFolders(folder: string): Promise<readonly string[]> {
  try {
    await mkdir(folder);
    return [folder];
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return [];
    if (errorCode(error) !== 'ENOENT' || dirname(folder) === folder) throw error;
    const above = await makeFolders(dirname(folder));
    return [...above, ...(await makeFolders(folder))];
  }
}

async function removeEmptyFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders.toReversed()) {
    // With something in it, it is somebody's.
    await rmdir(folder).catch(() => undefined);
  }
}

/** Takes back what was done, the last thing first; what cannot be taken back is let go. */
class UndoSteps {
  private readonly steps: (() => Promise<void>)[] = [];

  add(step: () => Promise<void>): void {
    this.steps.push(step);
  }

  async run(): Promise<void> {
    for (const step of this.steps.toReversed()) await step().catch(() => undefined);
  }
}
