import type { HarnessEvent } from '../core/harness/harnessEvent.ts';
import { filePathOf, isAbsolutePath } from './filePaths.ts';
import type { HookSurroundings } from './harness.ts';

type Optional = Omit<HarnessEvent, 'harness' | 'eventName' | 'cwd' | 'action'>;

/** An event of which only these things are known. */
export function hookEvent(
  required: Pick<HarnessEvent, 'harness' | 'eventName' | 'cwd' | 'action'>,
  known: Partial<Optional> = {},
): HarnessEvent {
  return {
    sessionKey: undefined,
    childKey: undefined,
    childType: undefined,
    parentSessionKey: undefined,
    model: undefined,
    provider: undefined,
    transcriptPath: undefined,
    ...known,
    ...required,
  };
}

/** The first of these values that is an absolute path, else where the hook itself runs. */
export function workingFolder(values: readonly unknown[], around: HookSurroundings): string {
  for (const value of values) {
    const path = filePathOf(value);
    if (path !== undefined && isAbsolutePath(path)) return path;
  }
  return around.cwd;
}
