import { initRegistry } from '../../node/initRegistry.ts';
import { toPlainLine } from '../../presentation/plainText.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { locate } from '../registryAccess.ts';
import type { VerbContext } from '../verbContext.ts';

export interface InitFlags {
  readonly portable?: boolean;
}

/** Makes the registry of the root. */
export async function init(context: VerbContext, flags: InitFlags): Promise<ExitCode> {
  const location = locate(context);
  const { folder, isCreated } = await initRegistry(location, {
    isPortable: flags.portable,
    mayCreateRoot: true,
  });
  context.output.result(
    () => ({ root: location.root, folder, created: isCreated }),
    () => {
      const place = toPlainLine(folder, 4096);
      return [isCreated ? `Made ${place}.` : `${place} is there already; nothing was changed.`];
    },
  );
  return exitCodes.done;
}
