// Loads the bundle in a fresh process with a stand-in for the editor's API and prints what it cost.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

const folder = process.argv[2];
let readFiles = 0;
for (const name of ['openSync', 'readFileSync', 'readdirSync']) {
  const original = fs[name];
  fs[name] = (target, ...rest) => {
    if (String(target).includes('.heddle')) readFiles += 1;
    return original(target, ...rest);
  };
}

/** Anything: callable, constructible, with every property; as a string it is empty. */
const anything = () => {
  const properties = {};
  return new Proxy(function () {}, {
    get: (_target, key) => {
      if (key === Symbol.toPrimitive) return () => '';
      if (key === Symbol.iterator) return function* () {};
      if (key === 'then') return undefined;
      return (properties[key] ??= anything());
    },
    set: (_target, key, value) => {
      properties[key] = value;
      return true;
    },
    apply: () => anything(),
    construct: () => anything(),
  });
};
// Own properties: the bundle copies them when it loads the module.
const names = `window workspace commands languages env l10n extensions Uri ThemeIcon ThemeColor TreeItem
  TreeItemCollapsibleState EventEmitter Disposable MarkdownString StatusBarAlignment Diagnostic
  DiagnosticSeverity Range Position ViewColumn ProgressLocation ConfigurationTarget QuickInputButtons
  QuickPickItemKind RelativePattern CancellationTokenSource lm McpStdioServerDefinition
  LanguageModelToolResult LanguageModelTextPart TabInputTextDiff TabInputText version`;
const stub = Object.fromEntries(names.split(/\s+/).map((name) => [name, anything()]));
const uri = { scheme: 'file', fsPath: folder, toString: () => `file://${folder}` };
stub.workspace.workspaceFolders = [{ uri, name: 'bench', index: 0 }];
stub.workspace.isTrusted = true;
stub.workspace.getConfiguration = () => ({ get: () => undefined });
stub.l10n.t = (text) => text;

const load = Module._load;
Module._load = (request, ...rest) => (request === 'vscode' ? stub : load(request, ...rest));

const context = anything();
context.subscriptions = [];
context.extensionUri = uri;
context.extension = { id: 'heddle-agents.heddle-agents', extensionPath: folder };
context.storageUri = uri;
context.workspaceState = { get: () => undefined, update: () => Promise.resolve(), keys: () => [] };
const start = performance.now();
const { activate } = require(path.resolve('dist/extension.cjs'));
activate(context);
const ownMs = performance.now() - start;
const readDuring = readFiles;
setTimeout(() => {
  process.stdout.write(
    JSON.stringify({ ownMs, readFiles: folder.includes('empty') ? readFiles : readDuring }),
  );
  process.exit(0);
}, 500);
