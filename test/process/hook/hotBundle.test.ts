import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cliPath } from '../../support/cliPath.ts';
import { HookRepository } from './hookRepository.ts';

const maxHookBytes = 100 * 1024;
const maxDispatcherBytes = 2048;
/** They cost nothing: node itself has loaded them when a program begins. */
const free = ['node:fs', 'node:path', 'node:module'];
/** Parts of the hook that are loaded when something is to be changed. */
const ownPart = /^\.\/\w+\.cjs$/;

describe('what a hook loads', () => {
  const folder = dirname(cliPath());
  const tracer = fileURLToPath(new URL('loadedModules.cjs', import.meta.url));

  it('is small', () => {
    assert.ok(statSync(join(folder, 'hook.cjs')).size <= maxHookBytes);
    assert.ok(statSync(cliPath()).size <= maxDispatcherBytes);
  });

  it('names nothing that costs anything, but for the parts that are loaded later', () => {
    const required = requiredBy('hook.cjs');
    const costly = required.filter((name) => !ownPart.test(name)).sort();
    assert.deepEqual(costly, ['node:fs', 'node:path']);
    assert.ok(required.includes('./storePorts.cjs'));
    assert.deepEqual(requiredBy(basename(cliPath())), ['node:module']);
  });

  function requiredBy(name: string): string[] {
    const text = readFileSync(join(folder, name), 'utf8');
    const named = text.matchAll(/\b(?:require|import)\(\s*["'`]([^"'`]+)["'`]\s*\)/g);
    return [...new Set([...named].map(([, request = '']) => request))];
  }

  describe('in a repository', () => {
    let repository: HookRepository;
    let trace = '';

    beforeEach(() => {
      repository = new HookRepository();
      trace = repository.path('loaded.txt');
      writeFileSync(trace, '');
    });
    afterEach(() => repository.dispose());

    function loaded(): readonly string[] {
      const names = readFileSync(trace, 'utf8').trimEnd().split('\n');
      return [...new Set(names)].filter((name) => !free.includes(name) && name !== cliPath());
    }

    it('is not the stores when an event changes nothing: an edit of what is held, a read, a command', async () => {
      const env = { NODE_OPTIONS: `--require ${tracer}`, LOADED_MODULES: trace };
      const a = repository.agent('a', env);
      const input = { file_path: repository.write('x.ts', '1') };
      await a.before('Write', input, 't1');
      assert.ok(loaded().includes('./storePorts.cjs'), 'the first edit takes the lock');
      writeFileSync(trace, '');
      await a.before('Write', input, 't2');
      await a.before('Read', input, 't3');
      await a.after('Read', input, 't3');
      await a.before('Bash', { command: 'ls' }, 't4');
      await a.after('Bash', { command: 'ls' }, 't4');
      await a.fire('PostToolBatch');
      assert.deepEqual(loaded(), ['./hook.cjs']);
    });

    it('is not the stores when a turn without edits ends', async () => {
      const env = { NODE_OPTIONS: `--require ${tracer}`, LOADED_MODULES: trace };
      const a = repository.agent('a', env);
      await a.start();
      writeFileSync(trace, '');
      await a.fire('UserPromptSubmit', { prompt: 'x' });
      await a.fire('Stop');
      assert.deepEqual(loaded(), ['./hook.cjs']);
    });

    it('is nothing but itself where there is no .heddle', async () => {
      const env = { NODE_OPTIONS: `--require ${tracer}`, LOADED_MODULES: trace };
      const a = repository.agent('a', env);
      await a.fire('SessionStart', { cwd: '/', source: 'startup' });
      assert.deepEqual(loaded(), ['./hook.cjs']);
    });
  });
});
