import assert from 'node:assert/strict';
import {
  rebasePayload,
  restorePaths,
  type Rebasing,
} from '../../../../../src/core/harness/doctor/rebasePayload.ts';

const posix: Rebasing = { from: '/home/me/app', to: '/t/repo', outside: '/t/out', separator: '/' };
const windows: Rebasing = { ...posix, from: 'C:\\me\\app' };

describe('rebasePayload', () => {
  it('moves the folder and every path in it, however deep', () => {
    assert.deepEqual(
      rebasePayload({ cwd: '/home/me/app', a: [{ b: '/home/me/app/x y.ts' }], n: 1 }, posix),
      { cwd: '/t/repo', a: [{ b: '/t/repo/x y.ts' }], n: 1 },
    );
  });

  it('moves paths inside of longer texts and leaves longer names alone', () => {
    const text = 'cat /home/me/app/x "/home/me/app" /home/me/application /home/me/app-2';
    assert.equal(
      rebasePayload(text, posix),
      'cat /t/repo/x "/t/repo" /home/me/application /home/me/app-2',
    );
    const patch = '*** Update File: /home/me/app/x\n+y';
    assert.equal(rebasePayload(patch, posix), '*** Update File: /t/repo/x\n+y');
  });

  it('puts a path of elsewhere below the folder for it', () => {
    assert.equal(rebasePayload('/etc/passwd', posix), '/t/out/etc/passwd');
    assert.equal(rebasePayload('/home/me/application/x', posix), '/t/out/home/me/application/x');
    assert.equal(rebasePayload('D:\\x\\y', posix), '/t/out/D/x/y');
  });

  it('reads paths of Windows on any machine', () => {
    assert.equal(rebasePayload('C:\\me\\app\\src\\x.ts', windows), '/t/repo/src/x.ts');
    assert.equal(rebasePayload('/home/me', { ...posix, separator: '\\' }), '/t/out\\home\\me');
  });

  it('leaves texts, values and keys that are no paths', () => {
    const payload = { '/home/me/app': 'a/b', c: null, d: '', e: false, f: 'text /etc/x' };
    assert.deepEqual(rebasePayload(payload, posix), payload);
    assert.equal(rebasePayload('x/home', { ...posix, from: '' }), 'x/home');
  });

  it('ends on payloads that are nested without end', () => {
    const endless: { inner?: unknown } = {};
    endless.inner = endless;
    assert.ok(rebasePayload(endless, posix));
  });

  it('is undone in an answer', () => {
    assert.equal(
      restorePaths('{"reason":"/t/repo/x is held; /t/out/etc/y too"}', posix),
      '{"reason":"/home/me/app/x is held; /etc/y too"}',
    );
  });
});
