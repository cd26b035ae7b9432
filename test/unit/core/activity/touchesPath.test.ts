import assert from 'node:assert/strict';
import { touchesPath } from '../../../../src/core/activity/touchesPath.ts';
import { buildActivity } from '../../../support/activityBuilder.ts';

describe('touchesPath', () => {
  const rules = { isCaseInsensitive: false, isWindows: false };
  const touches = (eventPath: string, key: string): boolean =>
    touchesPath(buildActivity({ paths: ['elsewhere', eventPath] }), key, rules);

  it('an event touches its path, what is below it and the folders above it', () => {
    assert.equal(touches('src/app.ts', 'src/app.ts'), true);
    assert.equal(touches('src/app.ts', 'src'), true);
    assert.equal(touches('src', 'src/app.ts'), true);
    assert.equal(touches('src/app.ts', '.'), true);
    assert.equal(touches('src/app.ts', 'src/app'), false);
    assert.equal(touches('src/app.ts', 'test'), false);
  });

  it('a glob touches whatever it may match', () => {
    assert.equal(touches('src/lib/*.ts', 'src/lib/a.ts'), true);
    assert.equal(touches('src/lib/*.ts', 'src'), true);
    assert.equal(touches('src/lib/*.ts', 'src/other'), false);
    assert.equal(touches('**/*.ts', 'docs/a.md'), true);
  });

  it('where names differ in case only, they are one', () => {
    const event = buildActivity({ paths: ['SRC/App.ts'] });
    assert.equal(touchesPath(event, 'src/app.ts', rules), false);
    assert.equal(touchesPath(event, 'src/app.ts', { ...rules, isCaseInsensitive: true }), true);
  });

  it('an event without a path, or with something that is none, touches nothing', () => {
    assert.equal(touchesPath(buildActivity({ paths: [] }), '.', rules), false);
    assert.equal(touchesPath(buildActivity({ paths: ['../x', '\u0000'] }), '.', rules), false);
  });
});
