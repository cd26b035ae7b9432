import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { mainCheckoutOf, sharedHeddleFolder } from './heddleRoot.ts';

/** Where a folder lies, seen from the checkout that it belongs to. */
export interface FolderPlace {
  /** The same folder in the main checkout; the folder itself when it is in no linked checkout. */
  readonly canonical: string;
  /** The innermost checkout around it; undefined without any. */
  readonly checkout: Checkout | undefined;
}

export interface Checkout {
  /** Its topmost folder. */
  readonly top: string;
  /** The same folder in the main checkout. */
  readonly canonicalTop: string;
}

export interface CheckoutMapOptions {
  /** The real path of the shared `.heddle`: checkouts of Heddle that share another are none of ours. */
  readonly heddleFolder: string;
  /** Whether the worktrees of this main checkout are taken as one with it. */
  readonly isRelated: (mainCheckout: string) => boolean;
}

/**
 * Maps real folders to the main checkout of their repository: linked git worktrees and checkouts of
 * Heddle, also nested ones. Remembers every folder that it looked at for as long as it lives.
 */
export class CheckoutMap {
  private readonly places = new Map<string, FolderPlace>();
  private readonly following = new Set<string>();

  constructor(private readonly options: CheckoutMapOptions) {}

  get size(): number {
    return this.places.size;
  }

  /** @param folder its real path */
  placeOf(folder: string): FolderPlace {
    const known = this.places.get(folder);
    if (known) return known;
    const found = this.look(folder);
    // Checkouts that are linked in a circle come back to this folder, and the first answer counts.
    const place = this.places.get(folder) ?? found;
    this.places.set(folder, place);
    return place;
  }

  private look(folder: string): FolderPlace {
    const isGitTop = exists(join(folder, '.git'));
    const main = this.heddleCheckoutOf(folder) ?? (isGitTop ? mainCheckoutOf(folder) : undefined);
    const canonicalTop = main === undefined ? undefined : this.follow(folder, main);
    if (canonicalTop !== undefined) {
      return { canonical: canonicalTop, checkout: { top: folder, canonicalTop } };
    }
    const parent = dirname(folder);
    const around = parent === folder ? undefined : this.placeOf(parent);
    const canonical = around ? join(around.canonical, basename(folder)) : folder;
    return {
      canonical,
      checkout: isGitTop ? { top: folder, canonicalTop: canonical } : around?.checkout,
    };
  }

  /** Where the main checkout of a linked one lies; undefined when it is none of ours. */
  private follow(folder: string, main: string): string | undefined {
    if (this.following.has(folder)) return undefined;
    this.following.add(folder);
    try {
      const { canonical } = this.placeOf(realPath(main));
      return this.options.isRelated(canonical) ? canonical : undefined;
    } finally {
      this.following.delete(folder);
    }
  }

  private heddleCheckoutOf(folder: string): string | undefined {
    const shared = sharedHeddleFolder(join(folder, '.heddle'));
    if (shared === undefined || realPath(shared) !== this.options.heddleFolder) return undefined;
    return dirname(this.options.heddleFolder);
  }
}

function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}
