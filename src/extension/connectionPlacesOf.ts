import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import type * as vscode from 'vscode';
import { checkoutAround, type ConnectionPlaces } from '../node/connecting/connectionPlaces.ts';
import type { RootRegistry } from './registrySet.ts';

/** Where agents are connected that work in a folder of a root; without one in its first. */
export function placesOf(
  { location, folders }: RootRegistry,
  folder: vscode.WorkspaceFolder | undefined = folders[0],
): ConnectionPlaces {
  const around = folder && checkoutAround(folder.uri.fsPath);
  // It may have been made since the window was opened.
  const isPresent = existsSync(location.heddleFolder);
  return {
    checkout: around ?? location.root,
    location: { ...location, isPresent },
    home: homedir(),
    env: process.env,
  };
}
