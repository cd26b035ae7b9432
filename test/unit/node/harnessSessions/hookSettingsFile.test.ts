import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { defaultHookSettings } from '../../../../src/core/harness/hookSettings.ts';
import {
  hookSettingsPath,
  readHookSettings,
} from '../../../../src/node/harnessSessions/hookSettingsFile.ts';
import { makeFifo, SessionSandbox } from './sessionSandbox.ts';

describe('the settings file of hooks', () => {
  let sandbox: SessionSandbox;
  let path = '';
  beforeEach(() => {
    sandbox = new SessionSandbox();
    path = hookSettingsPath(sandbox.location);
  });
  afterEach(() => sandbox.dispose());

  it('is not needed', () => {
    const read = readHookSettings(sandbox.location);
    assert.deepEqual(read, { settings: defaultHookSettings, problems: [] });
  });

  it('tells times in minutes, also after a byte order mark', () => {
    const text = {
      $schema: 'x',
      failClosed: true,
      holdUntil: 'task',
      quietMinutes: 0.5,
      lockMinutes: 3,
    };
    writeFileSync(path, `\u{feff}${JSON.stringify(text)}`);
    const { settings, problems } = readHookSettings(sandbox.location);
    assert.deepEqual(problems, []);
    const expected = { failClosed: true, holdUntil: 'task', quietMs: 30_000, lockTtlMs: 180_000 };
    assert.deepEqual(settings, { ...defaultHookSettings, ...expected });
  });

  it('counts as far as it is right, and its mistakes are told by name', () => {
    const wrong = {
      failClosed: 'yes',
      holdUntil: 'later',
      waitingMinutes: -1,
      quietMinutes: 1e9,
      quietInToolMinutes: null,
      lockMinutes: '5',
      refuseStaleViews: false,
      __proto__x: 1,
      constructor: 1,
      toString: 7,
    };
    writeFileSync(path, JSON.stringify(wrong));
    const { settings, problems } = readHookSettings(sandbox.location);
    assert.deepEqual(settings, { ...defaultHookSettings, refuseStaleViews: false });
    assert.equal(problems.length, 9);
    for (const name of Object.keys(wrong).filter((each) => each !== 'refuseStaleViews')) {
      assert.ok(
        problems.some((problem) => problem.includes(`"${name}"`)),
        name,
      );
    }
  });

  for (const [what, make] of [
    ['it is broken', () => writeFileSync(path, '{"failClosed": tr')],
    ['it is a list', () => writeFileSync(path, '[]')],
    ['it is huge', () => writeFileSync(path, ' '.repeat(100_000))],
    ['it is a folder', () => mkdirSync(path)],
    ['it is a FIFO, for which nobody waits', () => makeFifo(path)],
  ] as const) {
    it(`leaves the defaults and is told when ${what}`, () => {
      rmSync(path, { recursive: true, force: true });
      make();
      const { settings, problems } = readHookSettings(sandbox.location);
      assert.deepEqual(settings, defaultHookSettings);
      assert.equal(problems.length, 1);
    });
  }
});
