// Loads the bundle in a fresh process with a stand-in for the editor's API and prints what it cost.
const fs = require('node:fs');
const { loadExtension } = require('./editorStub.cjs');

const folder = process.argv[2];
let readFiles = 0;
for (const name of ['openSync', 'readFileSync', 'readdirSync']) {
  const original = fs[name];
  fs[name] = (target, ...rest) => {
    if (String(target).includes('.heddle')) readFiles += 1;
    return original(target, ...rest);
  };
}

const start = performance.now();
loadExtension(folder);
const ownMs = performance.now() - start;
const readDuring = readFiles;
setTimeout(() => {
  process.stdout.write(
    JSON.stringify({ ownMs, readFiles: folder.includes('empty') ? readFiles : readDuring }),
  );
  process.exit(0);
}, 500);
