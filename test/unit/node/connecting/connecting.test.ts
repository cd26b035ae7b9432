import { deepEqual, equal, match, notEqual, ok, rejects } from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  connectionScopes,
  type ConnectionScope,
} from '../../../../src/core/harness/connectionRecipe.ts';
import { connectionRecipes } from '../../../../src/harnesses/connecting/connectionRecipes.ts';
import {
  connect,
  disconnect,
  ConnectionError,
  type ConnectionChange,
} from '../../../../src/node/connecting/connecting.ts';
import {
  connectionPlan,
  disconnectionPlan,
  type ConnectionPlan,
} from '../../../../src/node/connecting/connectionPlan.ts';
import { ConnectingWorld, recipeOf } from './connectingWorld.ts';

const local = '.claude/settings.local.json';
const commented = '{\n  // mine\n  "model": "opus" // best\n}\n';

describe('connecting a coding agent', () => {
  let world: ConnectingWorld;
  beforeEach(() => {
    world = new ConnectingWorld();
  });
  afterEach(() => world.remove());

  function changeOf(plan: ConnectionPlan): ConnectionChange {
    ok(plan.kind === 'change', JSON.stringify(plan));
    return plan;
  }

  async function connected(harness: string, scope: ConnectionScope = 'local'): Promise<void> {
    await connect(changeOf(await connectionPlan(recipeOf(harness), scope, world.places())));
  }

  async function disconnected(harness: string, scope: ConnectionScope = 'local'): Promise<void> {
    await disconnect(changeOf(await disconnectionPlan(recipeOf(harness), scope, world.places())));
  }

  async function problemOf(harness: string, scope: ConnectionScope = 'local'): Promise<string> {
    const before = world.snapshot();
    const plan = await connectionPlan(recipeOf(harness), scope, world.places());
    ok(plan.kind === 'problem', plan.kind);
    deepEqual(world.snapshot(), before);
    return plan.message;
  }

  it('makes every file of every scope, and takes it away again with its folders', async () => {
    for (const { harness } of connectionRecipes('linux')) {
      for (const scope of connectionScopes) {
        const before = [world.snapshot(), world.snapshot(world.home)];
        await connected(harness, scope);
        const again = await connectionPlan(recipeOf(harness), scope, world.places());
        equal(again.kind, 'nothing', `${harness} ${scope}`);
        notEqual(
          JSON.stringify([world.snapshot(), world.snapshot(world.home)]),
          JSON.stringify(before),
        );
        await disconnected(harness, scope);
        deepEqual([world.snapshot(), world.snapshot(world.home)], before, `${harness} ${scope}`);
        const left = await disconnectionPlan(recipeOf(harness), scope, world.places());
        equal(left.kind, 'nothing');
      }
    }
  });

  it('is undone to the byte, with line ends, mark and mode', async () => {
    const contents = [
      commented,
      '\uFEFF{\r\n\t"model": "opus"\r\n}',
      '{"hooks":{"Stop":[]}}',
      '{ }',
      ' \n\n',
      '',
    ];
    for (const content of contents) {
      const file = world.write(local, content);
      chmodSync(file, 0o600);
      const before = world.snapshot();
      await connected('claude-code');
      equal(statSync(file).mode & 0o777, 0o600);
      const text = readFileSync(file, 'utf8');
      equal(text.startsWith('\uFEFF'), content.startsWith('\uFEFF'));
      await disconnected('claude-code');
      deepEqual(world.snapshot(), before, JSON.stringify(content));
    }
  });

  it('leaves no temporary file, and a record that only its owner reads', async () => {
    await connected('claude-code');
    deepEqual(readdirSync(join(world.checkout, '.claude')), ['settings.local.json']);
    const records = join(world.checkout, '.heddle/connections');
    const [record] = readdirSync(records).filter((name) => name.endsWith('.json'));
    equal(statSync(join(records, record ?? '')).mode & 0o777, 0o600);
    equal(world.git('status', '--short', '--untracked-files=all'), '');
  });

  it('keeps what was edited meanwhile when it is undone', async () => {
    const file = world.write(local, commented);
    await connected('claude-code');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"opus"', '"sonnet"'));
    await disconnected('claude-code');
    equal(world.read(local), commented.replace('"opus"', '"sonnet"'));
  });

  it('keeps a file that it made and others wrote into', async () => {
    await connected('claude-code');
    const file = join(world.checkout, local);
    writeFileSync(file, readFileSync(file, 'utf8').replace('{\n', '{\n  "model": "opus",\n'));
    await disconnected('claude-code');
    deepEqual(JSON.parse(world.read(local)), { model: 'opus' });
  });

  it('knows what was there first after it was edited and connected anew', async () => {
    const file = world.write(local, commented);
    await connected('claude-code');
    const half = JSON.stringify({ model: 'haiku', ...halfOf(readFileSync(file, 'utf8')) }, null, 2);
    writeFileSync(file, half);
    await connected('claude-code');
    await disconnected('claude-code');
    deepEqual(JSON.parse(world.read(local)), { model: 'haiku' });
  });

  it('renews an older form and still knows the bytes of before', async () => {
    world.write(local, commented);
    const recipe = recipeOf('claude-code');
    const older = {
      ...recipe,
      connected: (before: string | undefined) => {
        const edit = recipe.connected(before);
        return edit.kind === 'text' && edit.text !== undefined
          ? { ...edit, text: edit.text.replaceAll(/\[ -x .*?; exec /g, '') }
          : edit;
      },
    };
    await connect(changeOf(await connectionPlan(older, 'local', world.places())));
    equal(recipe.state(world.read(local)).kind, 'older');
    await connected('claude-code');
    equal(recipe.state(world.read(local)).kind, 'current');
    await disconnected('claude-code');
    equal(world.read(local), commented);
  });

  it('finds its entries without a record', async () => {
    world.write(local, commented);
    await connected('claude-code');
    rmSync(join(world.checkout, '.heddle/connections'), { recursive: true });
    await disconnected('claude-code');
    equal(world.read(local), commented);
  });

  it('is not stopped by a record that cannot be read', async () => {
    world.write(local, commented);
    await connected('claude-code');
    const records = join(world.checkout, '.heddle/connections');
    for (const name of readdirSync(records)) writeFileSync(join(records, name), '{"version"');
    await disconnected('claude-code');
    equal(world.read(local), commented);
  });

  it('refuses what is broken, and names the file and what to do', async () => {
    world.write(local, '{\n  "a": \n}');
    match(
      await problemOf('claude-code'),
      /settings\.local\.json is not valid JSON \(line 3, .*Repair it/,
    );
    world.write(local, '{"hooks": "none"}');
    match(await problemOf('claude-code'), /has "hooks" that is a string/);
    world.write(local, Uint8Array.of(0x7b, 0xff, 0x7d));
    match(await problemOf('claude-code'), /is not UTF-8 text/);
    world.write('.opencode/plugins/heddle-agents.js', 'export const Mine = 1;\n');
    match(await problemOf('opencode'), /is not a file of Heddle Agents/);
  });

  it('refuses a read-only file, whoever asks', async () => {
    const file = world.write(local, commented);
    chmodSync(file, 0o444);
    match(await problemOf('claude-code'), /settings\.local\.json is read-only\. Make it writable/);
    chmodSync(file, 0o644);
    await connected('claude-code');
    chmodSync(file, 0o444);
    const plan = await disconnectionPlan(recipeOf('claude-code'), 'local', world.places());
    ok(plan.kind === 'problem');
  });

  it('refuses what stands in the way of the file or its folder', async () => {
    mkdirSync(join(world.checkout, local), { recursive: true });
    match(await problemOf('claude-code'), /settings\.local\.json is not a file\. Move away/);
    world.write('.codex', 'a file');
    match(await problemOf('codex'), /\.codex is not a folder/);
  });

  it('follows no link out of the repository, and one within it to its end', async () => {
    const outside = join(world.folder, 'outside.json');
    writeFileSync(outside, commented);
    mkdirSync(join(world.checkout, '.claude'));
    symlinkSync(outside, join(world.checkout, local));
    match(await problemOf('claude-code'), /is a link out of the repository/);
    equal(readFileSync(outside, 'utf8'), commented);
    symlinkSync(join(world.folder, 'elsewhere'), join(world.checkout, '.codex'));
    match(await problemOf('codex'), /is a link out of the repository/);
    ok(!existsSync(join(world.folder, 'elsewhere')));

    rmSync(join(world.checkout, local));
    world.write('config/claude.json', commented);
    symlinkSync('../config/claude.json', join(world.checkout, local));
    await connected('claude-code');
    ok(world.read('config/claude.json').includes('hook claude-code'));
    await disconnected('claude-code');
    equal(world.read('config/claude.json'), commented);
    ok(existsSync(join(world.checkout, local)));
  });

  it('follows links of a person to wherever they lead', async () => {
    const dotfile = join(world.folder, 'dotfiles.json');
    writeFileSync(dotfile, commented);
    mkdirSync(join(world.home, '.claude'));
    symlinkSync(dotfile, join(world.home, '.claude/settings.json'));
    await connected('claude-code', 'user');
    ok(readFileSync(dotfile, 'utf8').includes('hook claude-code'));
    await disconnected('claude-code', 'user');
    equal(readFileSync(dotfile, 'utf8'), commented);
  });

  it('goes where the variables of the agents say', async () => {
    const there = join(world.folder, 'there');
    const env = { CLAUDE_CONFIG_DIR: there, CODEX_HOME: there, XDG_CONFIG_HOME: there };
    const files = await Promise.all(
      ['claude-code', 'codex', 'opencode'].map(async (harness) => {
        return (await connectionPlan(recipeOf(harness), 'user', world.places(env))).file;
      }),
    );
    deepEqual(files, [
      join(there, 'settings.json'),
      join(there, 'hooks.json'),
      join(there, 'opencode/plugins/heddle-agents.js'),
    ]);
    const relative = await connectionPlan(
      recipeOf('codex'),
      'user',
      world.places({ CODEX_HOME: 'x' }),
    );
    equal(relative.file, join(world.home, '.codex/hooks.json'));
  });

  it('does not change for one person what git tracks for all', async () => {
    world.write('.codex/hooks.json', '{}\n');
    world.git('add', '.codex/hooks.json');
    match(await problemOf('codex'), /is tracked by git.*--shared.*--user/);
    await connected('codex', 'shared');
    equal((await connectionPlan(recipeOf('codex'), 'local', world.places())).kind, 'nothing');
    equal((await disconnectionPlan(recipeOf('codex'), 'local', world.places())).kind, 'nothing');
    await disconnected('codex', 'shared');
    equal(world.read('.codex/hooks.json'), '{}\n');
  });

  it('has git ignore what it makes for one person, and show what it makes for all', async () => {
    await connected('codex');
    equal(world.read('.git/info/exclude'), '# mine\n*.log\n/.codex/hooks.json\n');
    await connected('codex', 'shared');
    equal(world.read('.git/info/exclude'), '# mine\n*.log\n');
    equal(world.git('status', '--short', '--untracked-files=all'), '?? .codex/hooks.json\n');
    await disconnected('codex', 'shared');
    ok(!existsSync(join(world.checkout, '.codex')));
  });

  it('writes no line for git where a file was there before or is ignored already', async () => {
    world.write('.codex/hooks.json', '{}\n');
    await connected('codex');
    world.write('.gitignore', '.gemini/\n');
    await connected('gemini-cli');
    equal(world.read('.git/info/exclude'), '# mine\n*.log\n');
  });

  it('takes its line of git out from between lines of others', async () => {
    writeFileSync(join(world.checkout, '.git/info/exclude'), 'mine');
    await connected('codex');
    await connected('gemini-cli');
    await disconnected('codex');
    equal(world.read('.git/info/exclude'), 'mine\n/.gemini/settings.json\n');
    await disconnected('gemini-cli');
    equal(world.read('.git/info/exclude'), 'mine\n');
  });

  it('uses the list of git that all worktrees share', async () => {
    world.git('commit', '-q', '--allow-empty', '-m', 'first');
    const worktree = join(world.folder, 'worktree');
    world.git('worktree', 'add', '-q', worktree);
    const places = { ...world.places(), checkout: worktree };
    await connect(changeOf(await connectionPlan(recipeOf('codex'), 'local', places)));
    ok(existsSync(join(worktree, '.codex/hooks.json')));
    ok(world.read('.git/info/exclude').endsWith('/.codex/hooks.json\n'));
    await disconnect(changeOf(await disconnectionPlan(recipeOf('codex'), 'local', places)));
    equal(world.read('.git/info/exclude'), '# mine\n*.log\n');
  });

  it('works outside of git', async () => {
    rmSync(join(world.checkout, '.git'), { recursive: true });
    await connected('codex');
    await disconnected('codex');
    ok(!existsSync(join(world.checkout, '.codex')));
  });

  it('changes nothing when the file was changed after the plan was made', async () => {
    const file = world.write(local, commented);
    const plan = changeOf(await connectionPlan(recipeOf('claude-code'), 'local', world.places()));
    writeFileSync(file, '{"other": true}');
    await rejects(connect(plan), (error) => {
      ok(error instanceof ConnectionError);
      match(error.message, /was changed in the meantime/);
      return true;
    });
    equal(world.read(local), '{"other": true}');
  });

  it('leaves everything as it was when it cannot be done', async () => {
    const plan = changeOf(await connectionPlan(recipeOf('codex'), 'local', world.places()));
    // Permissions do not stop a superuser, so a file stands where the record's folder is needed.
    world.write('.heddle/connections', 'in the way');
    const before = world.snapshot();
    await rejects(connect(plan), /hooks\.json could not be changed/);
    deepEqual(world.snapshot(), before);
  });
});

/** The settings with one hook taken out. */
function halfOf(text: string): Record<string, unknown> {
  const value = JSON.parse(text.replaceAll(/\/\/.*$/gm, '')) as { hooks: Record<string, unknown> };
  delete value.hooks.Stop;
  return { hooks: value.hooks };
}
