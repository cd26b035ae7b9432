import { isGlob } from './lockPath.ts';
import { segmentsOf, segmentsOverlap } from './pathOverlap.ts';
import { segmentsMeet } from './segmentGlob.ts';

/** Items at one key, with its segments at hand. */
interface Place<T> {
  readonly segments: readonly string[];
  readonly items: Set<T>;
}

/** A literal path: what is kept at it, and the globs whose part before the first wildcard it is. */
class PathNode<T> {
  readonly children = new Map<string, PathNode<T>>();
  readonly items = new Set<T>();
  readonly globs = new Map<string, Place<T>>();

  get isEmpty(): boolean {
    return this.children.size === 0 && this.items.size === 0 && this.globs.size === 0;
  }
}

/**
 * Items by the key of a path. Finding costs what the depth of the key, the globs on the way to it and
 * the matches cost, however many items there are.
 */
export class PathIndex<T> {
  private readonly root = new PathNode<T>();
  private count = 0;

  /** How many items there are; one that is kept at several keys counts once for each. */
  get size(): number {
    return this.count;
  }

  /** Keeps an item at a key; again at the same key changes nothing. */
  add(key: string, item: T): void {
    const segments = segmentsOf(key);
    let node = this.root;
    for (const segment of segments) {
      if (isGlob(segment)) break;
      node = childOf(node, segment);
    }
    const items = isGlob(key) ? globOf(node, key, segments).items : node.items;
    if (items.has(item)) return;
    items.add(item);
    this.count += 1;
  }

  /** Forgets an item at a key, if it is there. */
  delete(key: string, item: T): void {
    const trail = this.trailTo(key);
    const last = trail?.at(-1);
    if (trail === undefined || last === undefined) return;
    const items = itemsAt(last.node, key);
    if (items?.delete(item) !== true) return;
    this.count -= 1;
    if (items.size === 0) last.node.globs.delete(key);
    dropEmpty(trail);
  }

  /** What is kept at exactly this key. */
  exactly(key: string): readonly T[] {
    const node = this.trailTo(key)?.at(-1)?.node;
    return node ? [...(itemsAt(node, key) ?? [])] : [];
  }

  /** Everything whose key overlaps this one, each item once. */
  overlapping(key: string): readonly T[] {
    const found = new Set<T>();
    const wanted = segmentsOf(key);
    let front = [this.root];
    for (const segment of wanted) {
      for (const node of front) collectHere(node, wanted, found);
      if (segment === '**') {
        for (const node of front) collectBelow(node, found);
        return [...found];
      }
      front = front.flatMap((node) => childrenThatMeet(node, segment));
    }
    for (const node of front) collectAll(node, found);
    return [...found];
  }

  /** The nodes on the way to a key, the root first; undefined when there is none. */
  private trailTo(key: string): readonly Step<T>[] | undefined {
    const trail: Step<T>[] = [{ node: this.root, segment: '' }];
    let node = this.root;
    for (const segment of segmentsOf(key)) {
      if (isGlob(segment)) break;
      const child = node.children.get(segment);
      if (child === undefined) return undefined;
      trail.push({ node: child, segment });
      node = child;
    }
    return trail;
  }
}

/** A node and the name under which its parent knows it. */
interface Step<T> {
  readonly node: PathNode<T>;
  readonly segment: string;
}

function childOf<T>(node: PathNode<T>, segment: string): PathNode<T> {
  const known = node.children.get(segment);
  if (known) return known;
  const child = new PathNode<T>();
  node.children.set(segment, child);
  return child;
}

function globOf<T>(node: PathNode<T>, key: string, segments: readonly string[]): Place<T> {
  const known = node.globs.get(key);
  if (known) return known;
  const place: Place<T> = { segments, items: new Set() };
  node.globs.set(key, place);
  return place;
}

function itemsAt<T>(node: PathNode<T>, key: string): Set<T> | undefined {
  return isGlob(key) ? node.globs.get(key)?.items : node.items;
}

function dropEmpty<T>(trail: readonly Step<T>[]): void {
  for (let i = trail.length - 1; i > 0; i -= 1) {
    const step = trail[i];
    if (step?.node.isEmpty !== true) return;
    trail[i - 1]?.node.children.delete(step.segment);
  }
}

function childrenThatMeet<T>(node: PathNode<T>, segment: string): readonly PathNode<T>[] {
  if (!isGlob(segment)) {
    const child = node.children.get(segment);
    return child ? [child] : [];
  }
  return [...node.children].flatMap(([name, child]) =>
    segmentsMeet(segment, name) ? [child] : [],
  );
}

/** What is above the wanted path, and the globs that start here if they reach it. */
function collectHere<T>(node: PathNode<T>, wanted: readonly string[], found: Set<T>): void {
  addAll(node.items, found);
  for (const { segments, items } of node.globs.values()) {
    if (segmentsOverlap(segments, wanted)) addAll(items, found);
  }
}

/** Everything from a node on: all of it is covered. */
function collectAll<T>(node: PathNode<T>, found: Set<T>): void {
  addAll(node.items, found);
  for (const { items } of node.globs.values()) addAll(items, found);
  collectBelow(node, found);
}

function collectBelow<T>(node: PathNode<T>, found: Set<T>): void {
  for (const child of node.children.values()) collectAll(child, found);
}

function addAll<T>(items: Iterable<T>, found: Set<T>): void {
  for (const item of items) found.add(item);
}
