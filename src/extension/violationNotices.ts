import * as vscode from 'vscode';
import { DisposableStore, toDisposable, type Disposable } from '../base/lifecycle.ts';
import { toIncidentElement } from '../presentation/violationElement.ts';
import { incidentParties, type Incident } from '../presentation/violationHistory.ts';
import { violationNotice } from '../presentation/violationWording.ts';
import { commandAction, notify } from './commands/notify.ts';
import type { CommandId } from './ids.ts';
import type { RootRegistry } from './registrySet.ts';
import { partyNamer, type IncidentSet } from './violations.ts';

/** What follows within this time is told together. */
const bundleMs = 2000;
/** The same agent and file are not told again sooner. */
const quietMs = 10 * 60_000;
const maxRemembered = 500;

/** Warns of files that were changed past their holders: once for all that comes together. */
export class ViolationNotices implements Disposable {
  private readonly own = new DisposableStore();
  private readonly pending = new Map<RootRegistry, Incident[]>();
  private readonly toldMs = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    incidents: Pick<IncidentSet, 'onDidChange'>,
    private readonly bundlesMs = bundleMs,
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
      (incident) => incident.kind === 'violation' && this.isDue(root, { incident, nowMs }),
    );
    if (wanted.length === 0) return;
    this.pending.set(root, [...(this.pending.get(root) ?? []), ...wanted]);
    this.timer ??= setTimeout(() => this.tell(), this.bundlesMs);
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
    for (const [root, violations] of pending) tellOf(root, violations);
  }
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
