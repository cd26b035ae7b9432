import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  parseLockElement,
  toLockElement,
  type LockElementRef,
} from '../../../src/presentation/lockElement.ts';

const root = '/some where/@home/repo';

describe('parseLockElement', () => {
  const refs: readonly LockElementRef[] = [
    { kind: 'lock', root, holderId: 7, path: 'src/a b@c:d%.ts' },
    { kind: 'lock', root, holderId: 7, path: '.' },
    { kind: 'wait', root, holderId: 7, ticket: 1_700_000_000_000, path: 'src/*.ts' },
    { kind: 'holder', root, holderId: Number.MAX_SAFE_INTEGER },
    { kind: 'path', root, path: 'a' },
    { kind: 'folder', root, path: 'größe/名' },
    { kind: 'contended', root, path: '**/x' },
  ];
  for (const ref of refs) {
    it(`reads the row of ${JSON.stringify(ref)}`, () => {
      assert.deepEqual(parseLockElement(toLockElement(ref)), ref);
    });
  }

  const bad: readonly unknown[] = [
    ...[undefined, null, 7, {}, [], '', 'lock', 'lock:1:a', 'lock:1:a@', 'agent:x@/r'],
    ...['lock:-1:a@/r', 'lock:01:a@/r', 'lock:1.5:a@/r', 'lock:9007199254740993:a@/r'],
    ...['lock:1:../x@/r', 'lock:1:a%2F..%2Fb@/r', 'lock:1:%2Fetc%2Fpasswd@/r', 'lock:1:a%00@/r'],
    ...['lock:1:a%2F@/r', 'lock:1:%@/r', 'lock:1:a:b@/r', 'wait:1:2@/r', 'wait:1:x:a@/r'],
    ...['lockHolder:x@/r', 'lockFolder:@/r', 'toString:a@/r', `lockPath:${'a'.repeat(5000)}@/r`],
  ];
  it('knows nothing of what is no row of ours', () => {
    for (const element of bad) {
      assert.equal(parseLockElement(element), undefined, String(element).slice(0, 80));
    }
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom('lock:1:', 'lockPath:', 'wait:1:1:', ''),
        (text, start) => {
          const parsed = parseLockElement(`${start}${text}`);
          if (parsed) assert.equal(toLockElement(parsed).startsWith(start), true);
        },
      ),
    );
  });
});
