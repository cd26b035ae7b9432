// A window that shows one session: the built extension with a stand-in for the editor's API, which reads
// its views and takes its page. Prints a line when it shows the session, and how long its loop stood still
// when its input ends.
const Module = require('node:module');
const path = require('node:path');

const [, , folder, sessionId] = process.argv;
const { watchLoop } = require('./loopStops.cjs');

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
class EventEmitter {
  listeners = new Set();
  event = (listener) => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };
  fire(value) {
    for (const listener of [...this.listeners]) listener(value);
  }
  dispose() {
    this.listeners.clear();
  }
}

/** As the editor does when a view says that it has changed. */
const readRows = (provider, parent) => {
  for (const element of provider.getChildren(parent) ?? []) {
    provider.getTreeItem(element);
    readRows(provider, element);
  }
};
const createTreeView = (_id, { treeDataProvider }) => {
  const read = () => setImmediate(() => readRows(treeDataProvider));
  treeDataProvider.onDidChangeTreeData?.(read);
  return { visible: true, onDidChangeVisibility: () => anything(), dispose: () => undefined };
};

const shown = new Set();
let omitted = 0;
let updates = 0;
const page = {
  onDidReceiveMessage: (listener) => {
    setTimeout(() => listener({ action: 'ready' }), 50);
    return anything();
  },
  postMessage: (update) => {
    // The editor sends it to another process.
    JSON.stringify(update);
    updates += 1;
    if (update.kind === 'parts') {
      omitted = Number(/\d+/.exec(update.parts.omitted ?? '')?.[0] ?? omitted);
    }
    if (update.kind === 'entries') {
      if (update.isAnew) shown.clear();
      for (const id of update.removed) shown.delete(id);
      for (const { id } of update.changed) shown.add(id);
    }
    return Promise.resolve(true);
  },
  asWebviewUri: () => '',
  cspSource: '',
};

// Own properties: the bundle copies them when it loads the module.
const names = `window workspace commands languages env l10n extensions Uri ThemeIcon ThemeColor TreeItem
  TreeItemCollapsibleState EventEmitter Disposable MarkdownString StatusBarAlignment Diagnostic
  DiagnosticSeverity Range Position ViewColumn ProgressLocation ConfigurationTarget QuickInputButtons
  QuickPickItemKind RelativePattern CancellationTokenSource lm McpStdioServerDefinition
  LanguageModelToolResult LanguageModelTextPart TabInputTextDiff TabInputText version`;
const stub = Object.fromEntries(names.split(/\s+/).map((name) => [name, anything()]));
const uri = { scheme: 'file', fsPath: folder, toString: () => `file://${folder}` };
const handlers = new Map();
stub.workspace.workspaceFolders = [{ uri, name: 'bench', index: 0 }];
stub.workspace.isTrusted = true;
stub.workspace.getConfiguration = () => ({ get: () => undefined, inspect: () => undefined });
stub.l10n.t = (text, ...values) => text.replace(/\{(\d)\}/g, (_all, i) => String(values[i]));
stub.EventEmitter = EventEmitter;
stub.window.createTreeView = createTreeView;
stub.window.createWebviewPanel = () =>
  Object.assign(anything(), { visible: true, active: true, webview: page });
stub.commands.registerCommand = (id, handler) => {
  handlers.set(id, handler);
  return anything();
};

const load = Module._load;
Module._load = (request, ...rest) => (request === 'vscode' ? stub : load(request, ...rest));

const context = anything();
context.subscriptions = [];
context.extensionUri = uri;
context.extension = { id: 'heddle-agents.heddle-agents', extensionPath: folder };
context.storageUri = uri;
context.workspaceState = { get: () => undefined, update: () => Promise.resolve(), keys: () => [] };
context.globalState = context.workspaceState;
require(path.resolve('dist/extension.cjs')).activate(context);

const print = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const until = async (isTrue) => {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 20));
};
const quiet = async () => {
  for (let before = -1; before !== updates;) {
    before = updates;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
};

async function main() {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await handlers.get('heddle.session.open')(`run:${sessionId}@${folder}`);
  await until(() => updates > 0);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const end = watchLoop();
  print({ isReady: true });
  for await (const _chunk of process.stdin);
  await quiet();
  print({ ...end(), entries: shown.size + omitted });
  process.exit(0);
}
void main();
