import { PathIndex } from '../core/locks/pathIndex.ts';
import { covers } from '../core/locks/pathOverlap.ts';

/**
 * What somebody asked for, by path, so that it can be told when something above it changes. Bounded:
 * what was asked for longest ago is forgotten first.
 */
export class AskedPaths {
  private readonly keys = new Map<string, string>();
  private readonly index = new PathIndex<string>();

  constructor(private readonly limit: number) {}

  get size(): number {
    return this.keys.size;
  }

  add(name: string, key: string): void {
    const known = this.keys.get(name);
    if (known === key) return;
    if (known !== undefined) this.index.delete(known, name);
    this.keys.set(name, key);
    this.index.add(key, name);
    if (this.keys.size > this.limit) this.forgetOldest();
  }

  /** The names of what is below what a key covers, without the key itself. */
  below(key: string): readonly string[] {
    return this.index.overlapping(key).filter((name) => {
      const asked = this.keys.get(name);
      return asked !== undefined && asked !== key && covers(key, asked);
    });
  }

  private forgetOldest(): void {
    for (const [name, key] of this.keys) {
      this.keys.delete(name);
      this.index.delete(key, name);
      return;
    }
  }
}
