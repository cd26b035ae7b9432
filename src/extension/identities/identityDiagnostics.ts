import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { isSameValue } from '../../base/sameValue.ts';
import type { ListedProblem } from '../../core/identities/listedIdentity.ts';
import { toPlainLine } from '../../presentation/plainText.ts';
import type { IdentityListSet } from './identityListSet.ts';

const maxLength = 600;

/** What is wrong in descriptions of agents, as problems of their files. */
export class IdentityDiagnostics implements Disposable {
  private readonly own = new DisposableStore();
  private readonly collection: vscode.DiagnosticCollection;
  private shown: ReadonlyMap<string, readonly ListedProblem[]> = new Map();

  constructor(
    private readonly lists: Pick<IdentityListSet, 'identities' | 'problems' | 'onDidChange'>,
  ) {
    this.collection = this.own.add(
      vscode.languages.createDiagnosticCollection('heddle-identities'),
    );
    this.own.add(lists.onDidChange(() => this.update()));
    this.update();
  }

  dispose(): void {
    this.own.dispose();
  }

  private update(): void {
    const next = new Map<string, readonly ListedProblem[]>();
    const all = [
      ...this.lists.identities.flatMap(({ listed }) => listed.problems),
      ...this.lists.problems.map(({ problem }) => problem),
    ];
    for (const problem of all) next.set(problem.path, [...(next.get(problem.path) ?? []), problem]);
    for (const path of this.shown.keys()) {
      if (!next.has(path)) this.collection.delete(vscode.Uri.file(path));
    }
    for (const [path, problems] of next) {
      if (isSameValue(this.shown.get(path), problems)) continue;
      this.collection.set(vscode.Uri.file(path), problems.map(toDiagnostic));
    }
    this.shown = next;
  }
}

function toDiagnostic({ line = 1, problem, severity }: ListedProblem): vscode.Diagnostic {
  const at = line - 1;
  const diagnostic = new vscode.Diagnostic(
    new vscode.Range(at, 0, at, Number.MAX_SAFE_INTEGER),
    toPlainLine(problem, maxLength),
    severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning,
  );
  diagnostic.source = 'Heddle Agents';
  return diagnostic;
}
