import { strict as assert } from 'node:assert';
import { parseBrokenElement, toBrokenElement } from '../../../src/presentation/brokenElement.ts';

describe('parseBrokenElement', () => {
  for (const fileName of ['agent-x.toml', 'a@b.toml', 'ü %41.toml', '..toml']) {
    it(`reads back ${fileName}`, () => {
      const ref = { root: '/re@po/x', fileName };
      assert.deepEqual(parseBrokenElement(toBrokenElement(ref)), ref);
    });
  }

  it('encodes half a surrogate pair as something that can be shown', () => {
    assert.doesNotThrow(() => toBrokenElement({ root: '/r', fileName: 'a\ud800.toml' }));
  });

  for (const element of [
    undefined,
    7,
    '',
    'agent:a@/r',
    'broken:a.toml',
    'broken:@/r',
    'broken:%E0%A4%A@/r',
    'broken:passwd@/etc',
    'broken:..%2Fx.toml@/r',
    'broken:..%5Cx.toml@/r',
    'broken:x%00.toml@/r',
  ]) {
    it(`refuses ${String(element)}`, () => {
      assert.equal(parseBrokenElement(element), undefined);
    });
  }
});
