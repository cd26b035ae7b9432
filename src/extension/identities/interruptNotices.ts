import * as vscode from 'vscode';
import { DisposableStore, toDisposable, type Disposable } from '../../base/lifecycle.ts';
import { identityName } from '../../presentation/identities/identityWords.ts';
import {
  toIdentityElement,
  type IdentityRef,
} from '../../presentation/identities/rows/identityElement.ts';
import { abilitiesOf } from '../../presentation/identities/rows/placedIdentity.ts';
import { commandAction, notify } from '../commands/notify.ts';
import type { IdentityCommandId } from './identityIds.ts';
import type { IdentityListSet } from './identityListSet.ts';
import type { IdentityOwners } from './identityOwners.ts';

/** Those that are found within this time are told together. */
const gatherMs = 1000;
/** More are counted only. */
const maxNamed = 5;

/**
 * Tells of turns that died while nobody owned their agents. They go on only when the person says so: what
 * an agent did before it died is for the person to judge.
 */
export class InterruptNotices implements Disposable {
  private readonly own = new DisposableStore();
  private readonly gathered = new Map<string, IdentityRef>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    owners: Pick<IdentityOwners, 'onDidInterrupt'>,
    private readonly lists: Pick<IdentityListSet, 'find'>,
  ) {
    this.own.add(owners.onDidInterrupt((ref) => this.gather(ref)));
    this.own.add(toDisposable(() => clearTimeout(this.timer)));
  }

  dispose(): void {
    this.own.dispose();
  }

  private gather(ref: IdentityRef): void {
    this.gathered.set(toIdentityElement(ref), ref);
    this.timer ??= setTimeout(() => this.tell(), gatherMs);
  }

  private tell(): void {
    this.timer = undefined;
    const refs = [...this.gathered.values()];
    this.gathered.clear();
    const { t } = vscode.l10n;
    const [only] = refs;
    if (only === undefined) return;
    const names = refs.slice(0, maxNamed).map((ref) => this.nameOf(ref));
    const more = refs.length - names.length;
    const list = [...names, ...(more > 0 ? [t('{0} more', more)] : [])].join(', ');
    const text =
      refs.length === 1
        ? t('{0} was interrupted in the middle of its work.', list)
        : t('{0} agents were interrupted in the middle of their work: {1}.', refs.length, list);
    // Those that take no messages of people go on when whoever sends to them does so.
    const able = refs.filter((ref) => this.takesMessages(ref));
    notify('information', text, [
      ...(able.length === 0
        ? []
        : [{ title: refs.length === 1 ? t('Go On') : t('All Go On'), run: () => goOn(able) }]),
      ...(refs.length === 1 ? [showPage(only)] : []),
    ]);
  }

  private takesMessages(ref: IdentityRef): boolean {
    const placed = this.lists.find(ref);
    return placed !== undefined && abilitiesOf(placed).send;
  }

  private nameOf(ref: IdentityRef): string {
    const placed = this.lists.find(ref);
    return placed === undefined ? ref.identity : identityName(placed.listed);
  }
}

/** The command says itself what it could not do. */
async function goOn(refs: readonly IdentityRef[]): Promise<void> {
  const send: IdentityCommandId = 'heddle.identity.send';
  const text = 'Your last turn was interrupted. Go on where you stopped.';
  for (const ref of refs) {
    await vscode.commands.executeCommand(send, toIdentityElement(ref), { text });
  }
}

function showPage(ref: IdentityRef): ReturnType<typeof commandAction> {
  const page: IdentityCommandId = 'heddle.identity.showPage';
  return commandAction(vscode.l10n.t('Show Page'), page, toIdentityElement(ref));
}
