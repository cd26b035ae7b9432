import { CoalescedRun } from '../../base/coalescedRun.ts';
import { errorText } from '../../base/errorText.ts';
import { DisposableStore, toDisposable, type Disposable } from '../../base/lifecycle.ts';
import { isSameValue } from '../../base/sameValue.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { LeaseHolder } from '../../core/identities/leaseProvider.ts';
import type { IdentityListing, ListedProblem } from '../../core/identities/listedIdentity.ts';
import { present } from '../../core/sessions/fieldReaders.ts';
import { DirectoryWatcher } from '../../node/directoryWatcher.ts';
import { IdentitySpecFiles } from '../../node/identities/identitySpecFiles.ts';
import { listIdentities } from '../../node/identities/listIdentities.ts';
import type { OpenContinuity } from '../../node/identities/openContinuity.ts';
import type { PlacedIdentity } from '../../presentation/identities/rows/placedIdentity.ts';
import type { RootRegistry } from '../registrySet.ts';
import { cachedProbe } from '../sessions/cachedProbe.ts';
import { IdentityFolderWatches } from './identityFolderWatches.ts';

export interface PlaceIdentitiesOptions {
  readonly root: RootRegistry;
  /** The top of the checkout whose files count, absolute. */
  readonly worktree: string;
  readonly continuity: OpenContinuity;
  /** Under which this window owns agents. */
  readonly instance: string;
  /** The checkout of this window that owns agents under another instance. */
  readonly checkoutOf: (instance: string) => string | undefined;
  readonly logger: ConstructorParameters<typeof DirectoryWatcher>[1];
  readonly onDidChange: () => void;
}

/** Agents may come and go in bunches; they are looked at so often. */
const minIntervalMs = 200;
/** How often it is looked whether owners still live and leases still hold. */
const ownerIntervalMs = 5000;
const probeTtlMs = 2500;
const nothing: IdentityListing = { identities: [], problems: [] };

/** The agents that one checkout describes, kept in step with its files. Writes nothing, starts nothing. */
export class PlaceIdentities implements Disposable {
  readonly specs: IdentitySpecFiles;
  private readonly own = new DisposableStore();
  private readonly run: CoalescedRun;
  private readonly watches: IdentityFolderWatches;
  private listing = nothing;
  private placed: ReadonlyMap<AgentIdentity, PlacedIdentity> = new Map();
  private hasLooked = false;
  private timer: NodeJS.Timeout | undefined;
  private lastMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: PlaceIdentitiesOptions) {
    const { worktree, continuity, logger } = options;
    this.specs = new IdentitySpecFiles(worktree);
    this.watches = this.own.add(new IdentityFolderWatches(continuity.folder, () => this.request()));
    for (const folder of [this.specs.folder, continuity.folder]) {
      const watcher = this.own.add(new DirectoryWatcher(folder, logger));
      this.own.add(watcher.onDidChange(() => this.request()));
    }
    this.run = this.own.add(
      new CoalescedRun(
        () => this.look(),
        (error) => this.fail(error),
      ),
    );
    const interval = setInterval(() => {
      if (this.listing.identities.length > 0) this.request();
    }, ownerIntervalMs);
    this.own.add(toDisposable(() => clearInterval(interval)));
    this.own.add(toDisposable(() => clearTimeout(this.timer)));
    this.request();
  }

  get root(): RootRegistry {
    return this.options.root;
  }

  get worktree(): string {
    return this.options.worktree;
  }

  /** Under which this window owns agents of this place. */
  get instance(): string {
    return this.options.instance;
  }

  get continuity(): OpenContinuity {
    return this.options.continuity;
  }

  get identities(): readonly PlacedIdentity[] {
    return [...this.placed.values()];
  }

  /** What is wrong and belongs to no agent. */
  get problems(): readonly ListedProblem[] {
    return this.listing.problems;
  }

  /** False until they were looked at for the first time. */
  get isKnown(): boolean {
    return this.hasLooked;
  }

  get(identity: AgentIdentity): PlacedIdentity | undefined {
    return this.placed.get(identity);
  }

  /** Looks again; resolves when the change is told. */
  refresh(): Promise<void> {
    return this.run.request();
  }

  dispose(): void {
    this.own.dispose();
  }

  private request(): void {
    if (this.own.isDisposed) return;
    const delayMs = Math.max(0, this.lastMs + minIntervalMs - performance.now());
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.run.request();
    }, delayMs);
  }

  private async look(): Promise<void> {
    this.lastMs = performance.now();
    const { root, continuity, instance, worktree, checkoutOf } = this.options;
    const listing = await listIdentities({
      ...{ location: root.location, specs: this.specs, continuity, instance },
      probe: cachedProbe(root.probe, { ttlMs: probeTtlMs }),
    });
    const gone = await this.goneOwners(listing);
    if (this.own.isDisposed) return;
    // What is not there yet is told by the folder itself.
    const names = listing.identities.flatMap(({ identity, record, lease }) =>
      record === undefined && lease === undefined ? [] : [identity],
    );
    // What was written before the watch was set is told by nobody.
    if (this.watches.follow(names)) this.request();
    const isFirst = !this.hasLooked;
    this.hasLooked = true;
    const placed = listing.identities.map((listed): PlacedIdentity => {
      const goneOwner = gone.get(listed.identity);
      const { lease } = listed;
      const isElsewhere = lease !== undefined && !lease.isOurs;
      const heldIn = isElsewhere ? checkoutOf(lease.holder.instance) : undefined;
      const { root: top } = root.location;
      return present<PlacedIdentity>({ root: top, worktree, listed, goneOwner, heldIn });
    });
    this.show({ listing, placed, isFirst });
  }

  private show({
    listing,
    placed,
    isFirst,
  }: {
    readonly listing: IdentityListing;
    readonly placed: readonly PlacedIdentity[];
    readonly isFirst: boolean;
  }): void {
    const isSame =
      isSameValue(listing.problems, this.listing.problems) &&
      isSameValue(placed.map(withoutTime), this.identities.map(withoutTime));
    this.listing = listing;
    this.placed = new Map(placed.map((each) => [each.listed.identity, each]));
    if (isFirst || !isSame) this.options.onDidChange();
  }

  /** Leases that were not given up and that hold no more: their owners died, or do not renew them. */
  private async goneOwners({
    identities,
  }: IdentityListing): Promise<ReadonlyMap<AgentIdentity, LeaseHolder>> {
    const free = identities.flatMap(({ identity, lease, record }) =>
      lease === undefined && record !== undefined ? [identity] : [],
    );
    const seen = await this.options.continuity.leases.seen(free);
    return new Map([...seen].map(([identity, { holder }]) => [identity, holder]));
  }

  private fail(error: unknown): void {
    const { logger, worktree } = this.options;
    logger.warn(`The agents of ${worktree} could not be read.`, error);
    const problem = {
      path: this.specs.folder,
      problem: errorText(error),
      severity: 'error',
    } as const;
    const isFirst = !this.hasLooked;
    this.hasLooked = true;
    this.show({
      listing: { identities: this.listing.identities, problems: [problem] },
      placed: this.identities,
      isFirst,
    });
  }
}

/** That time passes changes nothing that is shown. */
function withoutTime(placed: PlacedIdentity): PlacedIdentity {
  const { lease } = placed.listed;
  if (lease === undefined) return placed;
  return { ...placed, listed: { ...placed.listed, lease: { ...lease, remainingMs: 0 } } };
}
