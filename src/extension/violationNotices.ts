import { sep } from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, toDisposable, type Disposable } from '../base/lifecycle.ts';
import type { ActivityParty } from '../core/activity/activityEvent.ts';
import { toIncidentElement } from '../presentation/violationElement.ts';
import { incidentParties, type Incident } from '../presentation/violationHistory.ts';
import { violationNotice } from '../presentation/violationWording.ts';
import { commandAction, notify } from './commands/notify.ts';
import type { CommandId } from './ids.ts';
import type { LockSet } from './lockSet.ts';
import type { RootRegistry } from './registrySet.ts';
import { partyNamer, type IncidentSet } from './violations.ts';
import type { WindowHolder } from './windowHolder.ts';

/** What follows within this time is told together. */
const bundleMs = 2000;
/** The same agent and file are not told again sooner. */
const quietMs = 10 * 60_000;
const maxRemembered = 500;

interface NoticeOptions {
  /** Whether somebody is the person at this window. */
  readonly isOwn: (root: RootRegistry, party: ActivityParty) => boolean;
  readonly bundleMs?: number | undefined;
}

/**
 * Warns of files that were changed past their holders: once for all that comes together, and only in
 * windows that it concerns.
 */
export class ViolationNotices implements Disposable {
  private readonly own = new DisposableStore();
  private readonly pending = new Map<RootRegistry, Incident[]>();
  private readonly toldMs = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    incidents: Pick<IncidentSet, 'onDidChange'>,
    private readonly options: NoticeOptions,
  ) {
    this.own.add(incidents.onDidChange(({ root, news }) => this.add(root, news)));
    this.own.add(toDisposable(() => clearTimeout(this.timer)));
  }

  dispose(): void {
    this.own.dispose();
  }

  private add(root: RootRegistry, news: readonly Incident[]): void {
    const nowMs = performance.now();
    const wanted = news.filter(
      (incident) =>
        incident.kind === 'violation' &&
        this.concerns(root, incident) &&
        this.isDue(root, { incident, nowMs }),
    );
    if (wanted.length === 0) return;
    this.pending.set(root, [...(this.pending.get(root) ?? []), ...wanted]);
    this.timer ??= setTimeout(() => this.tell(), this.options.bundleMs ?? bundleMs);
  }

  /**
   * Whom: the window that shows the checkout in which somebody works who did it or held the file, and
   * the one that held it itself. What can be ascribed to nobody concerns all.
   */
  private concerns(root: RootRegistry, { event }: Incident): boolean {
    const { doer, holder } = incidentParties(event);
    const parties = [doer, holder].filter((party) => party !== undefined);
    if (parties.some((party) => this.options.isOwn(root, party))) return true;
    const folders = parties.flatMap((party) => folderOf(root, party) ?? []);
    if (folders.length === 0) return true;
    return folders.some((folder) =>
      root.folders.some(({ uri }) => isWithin(folder, uri.fsPath) || isWithin(uri.fsPath, folder)),
    );
  }

  private isDue(
    root: RootRegistry,
    { incident, nowMs }: { readonly incident: Incident; readonly nowMs: number },
  ): boolean {
    const { event } = incident;
    const { doer } = incidentParties(event);
    const who = doer?.sessionId ?? doer?.name ?? '';
    // A hook that fails does so at every edit.
    const what = event.kind === 'edit-unguarded' ? '' : event.paths.join('\n');
    const key = [root.location.root, event.kind, who, what].join('\0');
    const lastMs = this.toldMs.get(key);
    if (lastMs !== undefined && nowMs - lastMs < quietMs) return false;
    this.toldMs.delete(key);
    this.toldMs.set(key, nowMs);
    const [oldest] = this.toldMs.keys();
    if (this.toldMs.size > maxRemembered && oldest !== undefined) this.toldMs.delete(oldest);
    return true;
  }

  private tell(): void {
    this.timer = undefined;
    const pending = [...this.pending];
    this.pending.clear();
    for (const [root, violations] of pending) {
      const tell = (): void => {
        if (!this.own.isDisposed) tellOf(root, violations);
      };
      // Whoever cannot be looked up is told by the name in the log.
      knowParties(root, violations).then(tell, tell);
    }
  }
}

/** Looks again where somebody took part whom the last picture does not show: they are told by their names. */
async function knowParties(root: RootRegistry, violations: readonly Incident[]): Promise<void> {
  const known = new Set(root.snapshot.agents.map(({ entry }) => entry.sessionId));
  const parties = violations.flatMap(({ event }) => Object.values(incidentParties(event)));
  const isUnknown = ({ sessionId }: ActivityParty): boolean =>
    sessionId !== undefined && !known.has(sessionId);
  if (parties.some((party) => party !== undefined && isUnknown(party))) await root.refresh();
}

function tellOf(root: RootRegistry, violations: readonly Incident[]): void {
  const { t } = vscode.l10n;
  const elements = violations.map(({ id }) => toIncidentElement({ root: root.location.root, id }));
  const show: CommandId = 'heddle.violation.showChanges';
  const showDoer: CommandId = 'heddle.violation.showDoer';
  const [first] = elements;
  notify('warning', violationNotice(violations, { t, nameOf: partyNamer(root, t) }), [
    commandAction(t('Show Changes'), show, first, elements),
    commandAction(t('Show Who Did It'), showDoer, first),
  ]);
}

/** The folder in which somebody works who is in the registry. */
function folderOf({ snapshot }: RootRegistry, { sessionId }: ActivityParty): string | undefined {
  const agent = snapshot.agents.find(({ entry }) => entry.sessionId === sessionId);
  return agent?.entry.path;
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);
}

/** Tells who of the log is the person at this window. */
export function ownParty(
  locks: Pick<LockSet, 'get'>,
  windowHolder: Pick<WindowHolder, 'snapshotIn'>,
): (root: RootRegistry, party: ActivityParty) => boolean {
  return ({ location }, { holderId }) => {
    const rootLocks = locks.get(location.root);
    const own = rootLocks && windowHolder.snapshotIn(rootLocks);
    return own !== undefined && own.holder.id === holderId;
  };
}
