// A window that shows one session: the built extension with a stand-in for the editor's API, which reads
// its views and takes its page. Prints a line when it shows the session, and how long its loop stood still
// when its input ends.
const { anything, loadExtension, stub } = require('./editorStub.cjs');
const { watchLoop } = require('./loopStops.cjs');

const [, , folder, sessionId] = process.argv;

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

const handlers = new Map();
stub.EventEmitter = EventEmitter;
stub.window.createTreeView = createTreeView;
stub.window.createWebviewPanel = () =>
  Object.assign(anything(), { visible: true, active: true, webview: page });
stub.commands.registerCommand = (id, handler) => {
  handlers.set(id, handler);
  return anything();
};

loadExtension(folder);

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
