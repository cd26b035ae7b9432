import * as vscode from 'vscode';
import { join } from 'node:path';
import { runAndSubscribe } from '../base/event.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import type { BrokenRecord } from '../core/agents/agentRecord.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import { isMereBeat, type RegistrySet } from './registrySet.ts';

/** Unreadable entries as problems of their files, at the line where it is known. */
export class BrokenDiagnostics implements Disposable {
  private readonly own = new DisposableStore();
  private readonly collection: vscode.DiagnosticCollection;
  private shown = new Map<string, BrokenRecord>();

  constructor(private readonly registries: RegistrySet) {
    this.collection = this.own.add(vscode.languages.createDiagnosticCollection('heddle'));
    this.own.add(
      runAndSubscribe(registries.onDidChange, (event) => {
        if (!isMereBeat(event)) this.update();
      }),
    );
  }

  dispose(): void {
    this.own.dispose();
  }

  private update(): void {
    const next = new Map<string, BrokenRecord>();
    for (const { snapshot } of this.registries.roots) {
      for (const record of snapshot.broken) {
        next.set(join(snapshot.folder, record.fileName), record);
      }
    }
    for (const path of this.shown.keys()) {
      if (!next.has(path)) this.collection.delete(vscode.Uri.file(path));
    }
    for (const [path, record] of next) {
      if (this.shown.get(path) !== record) {
        this.collection.set(vscode.Uri.file(path), [toDiagnostic(record)]);
      }
    }
    this.shown = next;
  }
}

function toDiagnostic(record: BrokenRecord): vscode.Diagnostic {
  const line = (record.line ?? 1) - 1;
  const diagnostic = new vscode.Diagnostic(
    new vscode.Range(line, 0, line, Number.MAX_SAFE_INTEGER),
    vscode.l10n.t('Not a valid agent entry. {0}', toPlainLine(record.problem)),
    vscode.DiagnosticSeverity.Warning,
  );
  diagnostic.source = 'Heddle Agents';
  return diagnostic;
}
