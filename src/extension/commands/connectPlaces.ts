import * as vscode from 'vscode';
import { version } from '../../../package.json';
import type { ConnectionPlaces } from '../../node/connecting/connectionPlaces.ts';
import type { LauncherProgram } from '../../node/connecting/launcher.ts';
import { toPickText } from '../../presentation/plainText.ts';
import { placesOf } from '../connectionPlacesOf.ts';
import type { RegistrySet, RootRegistry } from '../registrySet.ts';
import type { CommandServices } from './commandServices.ts';
import { pickRoot } from './registryCommands.ts';
import { rootName } from './rootName.ts';

/** A checkout of a root that this window shows. */
export interface LocatedCheckout {
  readonly root: RootRegistry;
  readonly places: ConnectionPlaces;
}

/** The only checkout of this window, or the one that the person picks. */
export async function pickCheckout(
  registries: Pick<RegistrySet, 'roots' | 'get'>,
  { title, root }: { readonly title: string; readonly root?: string | undefined },
): Promise<LocatedCheckout | undefined> {
  const named = root === undefined ? undefined : registries.get(root);
  const roots = named ? [named] : registries.roots;
  const byCheckout = new Map<string, LocatedCheckout>();
  for (const each of roots) {
    for (const folder of each.folders) {
      const places = placesOf(each, folder);
      byCheckout.set(places.checkout, { root: each, places });
    }
  }
  const checkouts = [...byCheckout.values()];
  const [only] = checkouts;
  if (only === undefined) {
    // Says how to open a folder.
    await pickRoot([], title);
    return undefined;
  }
  if (checkouts.length === 1) return only;
  const items = checkouts.map((checkout) => ({
    label: toPickText(rootName(checkout.places.checkout)),
    description: toPickText(checkout.places.checkout),
    checkout,
  }));
  const options = { title, placeHolder: title, matchOnDescription: true };
  return (await vscode.window.showQuickPick(items, options))?.checkout;
}

/** What the launcher is to start: the program that comes with this extension. */
export function ownProgram({ context }: Pick<CommandServices, 'context'>): LauncherProgram {
  const runtime =
    process.versions.electron === undefined
      ? { node: process.execPath }
      : { code: process.execPath };
  return { cli: context.asAbsolutePath('dist/cli.cjs'), version, ...runtime };
}
