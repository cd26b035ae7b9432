import { openDesktopWindow } from './desktopWindow.ts';
import { findDesktopCode } from './findDesktopCode.ts';
import { openServerWindow } from './serverWindow.ts';

/** A VS Code with the extension in which the demo repository is open. */
export interface DemoWindow {
  /** Where a person finds it, as one line. */
  readonly where: string;
  /** Resolves when it was closed by hand; never for one that lives in a browser. */
  readonly closed: Promise<void>;
  /** Ends it and removes all that was made for it. */
  stop(): Promise<void>;
}

/** Opens the folder in the `code` of the PATH, else in a VS Code server for the browser. */
export async function openDemoWindow(folder: string): Promise<DemoWindow> {
  const code = await findDesktopCode();
  return await (code === undefined ? openServerWindow(folder) : openDesktopWindow(code, folder));
}
