import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';
import { HookRepository, type HookEnd } from './hookRepository.ts';
import { twoAtATime, runHook } from './recordedRuns.ts';

const silence: HookEnd = { stdout: '', stderr: '', code: 0 };

describe('a hook with nothing to do', () => {
  let folder = '';

  beforeEach(() => {
    folder = makeTempFolder();
  });
  afterEach(() => removeTempFolder(folder));

  const fields = {
    session_id: 's1',
    hook_event_name: 'PreToolUse',
    tool_name: 'Write',
    tool_use_id: 't1',
  };

  it('says and makes nothing where no folder above has .heddle', async () => {
    const cwd = join(folder, 'deep', 'down');
    mkdirSync(cwd, { recursive: true });
    const events = ['SessionStart', 'PreToolUse', 'PostToolUse', 'Stop', 'SessionEnd'];
    const ends = await twoAtATime(events, (event) => {
      const tool_input = { file_path: join(cwd, 'x.ts') };
      const payload = { ...fields, cwd, hook_event_name: event, tool_input, source: 'startup' };
      return runHook(JSON.stringify(payload), { cwd });
    });
    for (const end of ends) assert.deepEqual(end, silence);
    assert.deepEqual(readdirSync(folder, { recursive: true }).sort(), ['deep', 'deep/down']);
  });

  it('goes by the folder of the payload, not by its own', async () => {
    const repository = new HookRepository();
    try {
      const payload = { ...fields, cwd: folder, tool_input: { file_path: `${folder}/x.ts` } };
      assert.deepEqual(await runHook(JSON.stringify(payload), { cwd: repository.root }), silence);
      assert.deepEqual(await repository.entries(), []);
      mkdirSync(repository.path('deep'));
      const deep = { ...payload, cwd: repository.path('deep'), tool_input: { file_path: 'x.ts' } };
      assert.deepEqual(await runHook(JSON.stringify(deep), { cwd: folder }), silence);
      assert.deepEqual(await repository.held(), ['deep/x.ts']);
      assert.deepEqual(readdirSync(folder), []);
    } finally {
      repository.dispose();
    }
  });

  it('finds the repository also above a folder that is not there any more', async () => {
    const repository = new HookRepository();
    try {
      const cwd = repository.path('gone/away');
      const payload = { ...fields, cwd, tool_input: { file_path: `${repository.root}/x.ts` } };
      assert.deepEqual(await runHook(JSON.stringify(payload), { cwd: folder }), silence);
      assert.deepEqual(await repository.held(), ['x.ts']);
    } finally {
      repository.dispose();
    }
  });

  const unusable: Readonly<Record<string, string | Buffer>> = {
    'no input': '',
    'white space': ' \n',
    'a payload that is cut off': JSON.stringify({ ...fields, cwd: '/' }).slice(0, -20),
    'no object': '[1,2]',
    'a number': '7',
    null: 'null',
    'bytes that are no text': Buffer.from([0xff, 0xfe, 0, 1, 2, 0x80, 0xc3, 0x28]),
    'two payloads': `${JSON.stringify(fields)}\n${JSON.stringify(fields)}`,
    'very deep nesting': '['.repeat(100_000),
    'an object that is no event': '{"hello":"world"}',
    'an event of a wrong type': '{"session_id":"s","hook_event_name":7}',
  };
  for (const [what, input] of Object.entries(unusable)) {
    it(`says and makes nothing when it is given ${what}`, async () => {
      mkdirSync(join(folder, '.heddle'));
      for (const harness of [undefined, 'claude-code', 'opencode'] as const) {
        assert.deepEqual(await runHook(input, { cwd: folder, harness }), silence);
      }
      assert.deepEqual(readdirSync(join(folder, '.heddle')), []);
    });
  }
});
