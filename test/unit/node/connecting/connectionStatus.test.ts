import { equal, match, ok } from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../../../../src/node/connecting/connecting.ts';
import { connectionPlan } from '../../../../src/node/connecting/connectionPlan.ts';
import {
  connectionStatus,
  type ConnectionStatus,
} from '../../../../src/node/connecting/connectionStatus.ts';
import { writeLauncher } from '../../../../src/node/connecting/launcher.ts';
import { ConnectingWorld, recipeOf } from './connectingWorld.ts';

describe('the state of a connection', () => {
  let world: ConnectingWorld;
  const claude = recipeOf('claude-code');
  let file: string;
  beforeEach(async () => {
    world = new ConnectingWorld();
    file = join(world.checkout, '.claude/settings.local.json');
    await launcher();
  });
  afterEach(() => world.remove());

  async function launcher(): Promise<void> {
    const cli = join(world.folder, 'cli.cjs');
    writeFileSync(cli, '');
    const place = { home: world.home, platform: process.platform };
    await writeLauncher(place, { cli, version: '0.1.0', node: process.execPath });
  }

  async function connected(): Promise<void> {
    const plan = await connectionPlan(claude, 'local', world.places());
    ok(plan.kind === 'change');
    await connect(plan);
  }

  const status = (): Promise<ConnectionStatus> => connectionStatus(claude, 'local', world.places());

  it('is not connected without a file, without hooks of ours, and with what cannot be read', async () => {
    equal((await status()).state, 'not-connected');
    world.write('.claude/settings.local.json', '{}');
    equal((await status()).state, 'not-connected');
    world.write('.claude/settings.local.json', '{');
    const broken = await status();
    equal(broken.state, 'not-connected');
    match(broken.detail ?? '', /is not valid JSON/);
  });

  it('is connected in the scope in which it was connected, and in no other', async () => {
    await connected();
    equal((await status()).state, 'connected');
    equal((await connectionStatus(claude, 'shared', world.places())).state, 'not-connected');
    equal((await connectionStatus(claude, 'user', world.places())).state, 'not-connected');
  });

  it('is outdated with hooks of an older form', async () => {
    await connected();
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"timeout": 10', '"timeout": 9'));
    const { state, detail } = await status();
    equal(state, 'outdated');
    match(detail ?? '', /Run "heddle-agents connect claude-code" again\./);
  });

  it('is damaged when a hook, all hooks or the file went away, or it broke', async () => {
    await connected();
    const value = JSON.parse(readFileSync(file, 'utf8')) as { hooks: Record<string, unknown> };
    delete value.hooks.StopFailure;
    writeFileSync(file, JSON.stringify(value));
    const half = await status();
    equal(half.state, 'damaged');
    match(half.detail ?? '', /has no hook for StopFailure/);
    writeFileSync(file, '{}');
    equal((await status()).state, 'damaged');
    writeFileSync(file, '{');
    equal((await status()).state, 'damaged');
    rmSync(file);
    match((await status()).detail ?? '', /was removed\. Run/);
  });

  it('is damaged when the launcher is missing or finds nothing to start', async () => {
    await connected();
    rmSync(join(world.folder, 'cli.cjs'));
    match((await status()).detail ?? '', /finds no Heddle Agents to start/);
    rmSync(join(world.home, '.heddle-agents'), { recursive: true });
    const { state, detail } = await status();
    equal(state, 'damaged');
    match(detail ?? '', /launcher that the hooks call is missing/);
  });
});
