import assert from 'node:assert/strict';
import { existsSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { probePathRules } from '../../../src/node/pathRulesProbe.ts';
import { relativeNames } from '../../../src/node/relativeNames.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';

describe('probePathRules', () => {
  let folder: string;
  /** What the file system of the temporary folder really does. */
  let isInsensitive: boolean;
  beforeEach(() => {
    folder = makeTempFolder();
    writeFileSync(join(folder, 'probe'), '');
    isInsensitive = existsSync(join(folder, 'PROBE'));
  });
  afterEach(() => removeTempFolder(folder));

  it('looks at what is there, whatever the platform usually does', () => {
    for (const platform of ['win32', 'darwin', 'linux'] as const) {
      assert.equal(probePathRules(folder, platform).isCaseInsensitive, isInsensitive);
      assert.equal(probePathRules(folder, platform).isWindows, platform === 'win32');
    }
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    assert.equal(probePathRules(empty, 'win32').isCaseInsensitive, isInsensitive);
    mkdirSync(join(empty, '.heddle'));
    assert.equal(probePathRules(empty, 'win32').isCaseInsensitive, isInsensitive);
  });

  it('two entries that are one file, and a link, do not deceive it', function () {
    if (isInsensitive) {
      // There cannot be two such entries.
      assert.throws(() => linkSync(join(folder, 'probe'), join(folder, 'PROBE')));
      return;
    }
    linkSync(join(folder, 'probe'), join(folder, 'PROBE'));
    assert.equal(probePathRules(folder, 'win32').isCaseInsensitive, false);
    mkdirSync(join(folder, '.heddle'));
    symlinkSync('.heddle', join(folder, '.HEDDLE'));
    assert.equal(probePathRules(folder, 'win32').isCaseInsensitive, false);
  });

  it('where nothing is, it is as usual on the platform', () => {
    const absent = join(folder, 'not', 'there');
    assert.equal(probePathRules(absent, 'linux').isCaseInsensitive, false);
    assert.equal(probePathRules(absent, 'darwin').isCaseInsensitive, true);
    assert.equal(probePathRules(absent, 'win32').isCaseInsensitive, true);
  });
});

describe('relativeNames', () => {
  const sensitive = { isCaseInsensitive: false, isWindows: false };
  const insensitive = { isCaseInsensitive: true, isWindows: false };
  const root = makeTempFolder();
  after(() => removeTempFolder(root));

  it('counts whole names', () => {
    assert.deepEqual(relativeNames(root, join(root, 'a', 'b'), sensitive), ['a', 'b']);
    assert.deepEqual(relativeNames(root, root, sensitive), []);
    assert.deepEqual(relativeNames('/', '/a', sensitive), ['a']);
    assert.equal(relativeNames(root, `${root}x`, sensitive), undefined);
    assert.equal(relativeNames(join(root, 'a'), root, sensitive), undefined);
  });

  it('takes another case for the same folder only where the file system does', () => {
    const upper = join(root.toUpperCase(), 'a');
    assert.deepEqual(relativeNames(root, upper, insensitive), ['a']);
    assert.deepEqual(relativeNames(root, root.toUpperCase(), insensitive), []);
    assert.equal(relativeNames(root, upper, sensitive), undefined);
    assert.equal(relativeNames(join(root, 'b'), upper, insensitive), undefined);
    assert.equal(
      relativeNames(join(root, 'é'), join(root, 'e\u0301', basename(upper)), insensitive)?.[0],
      'a',
    );
  });
});
