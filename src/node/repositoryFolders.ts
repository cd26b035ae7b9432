import { basename, dirname, join } from 'node:path';
import { isRegistryError } from '../core/agents/registryError.ts';
import type { PathRules } from '../core/locks/lockPath.ts';
import { CheckoutMap, type Checkout, type FolderPlace } from './checkoutMap.ts';
import type { HeddleRoot } from './heddleRoot.ts';
import { LinkResolution, type ResolvedPath } from './linkResolution.ts';
import { isSameName, relativeNames } from './relativeNames.ts';

/**
 * What is known of the folders of a repository. It remembers all it looks at, so it is made anew
 * after a while.
 */
export class RepositoryFolders {
  readonly links = new LinkResolution();
  private readonly checkouts: CheckoutMap;
  /** The root as seen from the main checkout. */
  private readonly root: string;

  constructor(
    location: HeddleRoot,
    private readonly rules: PathRules,
  ) {
    const heddle = this.settled(location.heddleFolder);
    const heddleFolder = join(heddle.folder, ...heddle.rest);
    // The root decides which main checkout counts, so it follows whatever it is linked to.
    const all = new CheckoutMap({ heddleFolder, isRelated: () => true });
    const { folder, rest } = this.settled(location.root);
    this.root = join(all.placeOf(folder).canonical, ...rest);
    this.checkouts = new CheckoutMap({
      heddleFolder,
      isRelated: (main) =>
        this.namesBetween(this.root, main) !== undefined ||
        this.namesBetween(main, this.root) !== undefined,
    });
  }

  /** How many folders are remembered. */
  get size(): number {
    return this.links.size + this.checkouts.size;
  }

  /** The path with its links resolved, as far as it exists. @throws RegistryError `invalid-path` */
  realPath(path: string): string {
    const known = this.links.folder(path);
    if (known !== undefined) return known;
    const { folder, rest } = this.links.resolve(path);
    return join(folder, ...rest);
  }

  /** The names from the root to a path, by way of the main checkout; undefined outside the root. */
  namesFromRoot({ folder, rest }: ResolvedPath): readonly string[] | undefined {
    const { canonical } = this.checkouts.placeOf(folder);
    return this.namesBetween(this.root, join(canonical, ...rest));
  }

  /** The path that these names lead to from the root, in the checkout around an existing folder. */
  pathInCheckout(names: readonly string[], folder: string): string | undefined {
    const real = this.links.folder(folder);
    if (real === undefined) return undefined;
    const place = this.checkouts.placeOf(real);
    const target = join(this.root, ...names);
    const inFolder = this.namesBetween(place.canonical, target);
    if (inFolder) return join(folder, ...inFolder);
    const checkout = place.checkout ?? this.withoutCheckout(place);
    const inCheckout = checkout && this.namesBetween(checkout.canonicalTop, target);
    if (checkout === undefined || inCheckout === undefined) return undefined;
    return join(this.spelledTop(checkout.top, { folder, real }), ...inCheckout);
  }

  /** Where there is no checkout, the root takes its place for everything in it. */
  private withoutCheckout({ canonical }: FolderPlace): Checkout | undefined {
    const isInRoot = this.namesBetween(this.root, canonical) !== undefined;
    return isInRoot ? { top: this.root, canonicalTop: this.root } : undefined;
  }

  /** The top of a checkout, by the names by which a folder in it was named if they lead there. */
  private spelledTop(
    top: string,
    { folder, real }: { readonly folder: string; readonly real: string },
  ): string {
    let spelled = folder;
    for (const name of (this.namesBetween(top, real) ?? []).toReversed()) {
      if (!isSameName(name, basename(spelled), this.rules)) return top;
      spelled = dirname(spelled);
    }
    return this.links.folder(spelled) === top ? spelled : top;
  }

  /** A root that cannot be resolved stays as it is named, and has nothing in it. */
  private settled(path: string): ResolvedPath {
    try {
      return this.links.resolve(path);
    } catch (error) {
      if (!isRegistryError(error, 'invalid-path')) throw error;
      return { folder: path, rest: [] };
    }
  }

  private namesBetween(folder: string, path: string): readonly string[] | undefined {
    return relativeNames(folder, path, this.rules);
  }
}
