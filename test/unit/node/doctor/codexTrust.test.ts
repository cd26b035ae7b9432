import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codexTrust } from '../../../../src/node/doctor/codexTrust.ts';
import { makeTempFolder, removeTempFolder } from '../../../support/tempFolder.ts';

describe('codexTrust', () => {
  let home: string;
  beforeEach(() => {
    home = makeTempFolder();
    mkdirSync(join(home, '.codex'));
  });
  afterEach(() => removeTempFolder(home));

  const hooks = '/repo/.codex/hooks.json';
  function settings(text: string, folder = '.codex'): void {
    writeFileSync(join(home, folder, 'config.toml'), text);
  }
  const trust = (env: Readonly<Record<string, string>> = {}) => codexTrust(hooks, { home, env });
  const trusted = `[hooks.state."${hooks}:pre_tool_use:0:0"]\ntrusted_hash = "sha256:00"\n`;

  it('finds hooks that were trusted', async () => {
    settings(`model = "m"\n${trusted}enabled = true\n`);
    assert.equal(await trust(), 'trusted');
  });

  it('finds hooks that were switched off', async () => {
    settings(`${trusted}enabled = false\n`);
    assert.equal(await trust(), 'disabled');
  });

  it('takes hooks of other files, other events and without a hash for none of ours', async () => {
    assert.equal(await trust(), 'untrusted');
    settings(trusted.replaceAll(hooks, '/other/.codex/hooks.json'));
    assert.equal(await trust(), 'untrusted');
    settings(trusted.replaceAll('pre_tool_use', 'stop'));
    assert.equal(await trust(), 'untrusted');
    settings(trusted.replace('trusted_hash', 'other'));
    assert.equal(await trust(), 'untrusted');
  });

  it('looks where CODEX_HOME says', async () => {
    mkdirSync(join(home, 'elsewhere'));
    settings(trusted, 'elsewhere');
    assert.equal(await trust({ CODEX_HOME: join(home, 'elsewhere') }), 'trusted');
    assert.equal(await trust({ CODEX_HOME: 'relative' }), 'untrusted');
  });

  it('cannot tell from settings that cannot be understood', async () => {
    settings('[hooks');
    assert.equal(await trust(), 'unknown');
    settings('hooks = 3');
    assert.equal(await trust(), 'untrusted');
  });
});
