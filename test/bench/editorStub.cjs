// A stand-in for the editor's API, in which everything is there and does nothing. Tests of cost replace
// what they look at.
const Module = require('node:module');
const path = require('node:path');

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

/** Loads the built extension with the stand-in, which shows one folder; returns how to activate it. */
const loadExtension = (folder) => {
  const uri = { scheme: 'file', fsPath: folder, toString: () => `file://${folder}` };
  stub.workspace.workspaceFolders = [{ uri, name: 'bench', index: 0 }];
  stub.workspace.isTrusted = true;
  stub.workspace.getConfiguration = () => ({ get: () => undefined, inspect: () => undefined });
  stub.l10n.t = (text, ...values) => text.replace(/\{(\d)\}/g, (_all, i) => String(values[i]));

  const load = Module._load;
  Module._load = (request, ...rest) => (request === 'vscode' ? stub : load(request, ...rest));

  const context = anything();
  context.subscriptions = [];
  context.extensionUri = uri;
  context.extension = { id: 'heddle-agents.heddle-agents', extensionPath: folder };
  context.storageUri = uri;
  context.workspaceState = {
    get: () => undefined,
    update: () => Promise.resolve(),
    keys: () => [],
  };
  context.globalState = context.workspaceState;
  require(path.resolve('dist/extension.cjs')).activate(context);
};

module.exports = { anything, loadExtension, stub };
