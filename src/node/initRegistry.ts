import { join } from 'node:path';
import { errorText } from '../base/errorText.ts';
import { RegistryError } from '../core/agents/registryError.ts';
import { agentsFolder, type HeddleRoot } from './heddleRoot.ts';
import { isExistingFolder, makeStateFolder, writeOnce } from './makeStateFolder.ts';
import { portableMarkerName } from './portableLock.ts';

export interface InitRegistryOptions {
  /** Marks the store as one in which every process locks in the portable way. */
  readonly isPortable?: boolean | undefined;
  /** Makes the root itself where it is missing; otherwise that is an error. */
  readonly mayCreateRoot?: boolean | undefined;
}

export interface InitializedRegistry {
  /** The folder of the entries, absolute. */
  readonly folder: string;
  /** False when it was there before. */
  readonly isCreated: boolean;
}

const portableMarkerText =
  'Every process that writes here takes the lock directory beside .lock as well.\n';

/**
 * Makes the folder of agent entries of a root, ignored by git. Doing it again changes nothing.
 * @throws RegistryError `not-found` when the root is missing, `io`
 */
export async function initRegistry(
  location: HeddleRoot,
  options: InitRegistryOptions = {},
): Promise<InitializedRegistry> {
  const folder = agentsFolder(location);
  if (options.mayCreateRoot !== true) await assertFolder(location.root);
  try {
    const isCreated = await makeStateFolder(folder);
    if (options.isPortable) await writeOnce(join(folder, portableMarkerName), portableMarkerText);
    return { folder, isCreated };
  } catch (error) {
    throw new RegistryError(
      'io',
      `${folder} cannot be made (${errorText(error)}). Check the permissions, and that no file stands where a folder is needed.`,
      { file: folder },
      { cause: error },
    );
  }
}

async function assertFolder(root: string): Promise<void> {
  if (await isExistingFolder(root)) return;
  throw new RegistryError(
    'not-found',
    `${root} is not a folder. Name the folder that contains .heddle, or that is to contain it.`,
    { file: root },
  );
}
