import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { eventually } from '../support/eventually.ts';
import { HostIdentities } from '../support/hostIdentities.ts';
import { withPerson } from '../support/hostPerson.ts';
import { makeTempFolder, removeTempFolder } from '../support/tempFolder.ts';
import type { Failure } from '../support/hostWorld.ts';

interface Told {
  readonly outcomes: readonly {
    readonly identity: string;
    readonly outcome: string;
    readonly sentence: string;
  }[];
}

describe('named agents in the window', () => {
  let agents: HostIdentities;

  before(async () => {
    agents = await HostIdentities.open();
  });
  beforeEach(() => agents.reset());
  afterEach(() => agents.clear());
  after(() => agents.dispose());

  it('are known when their files are there, and none is started', async () => {
    agents.write(
      'reviewer',
      'agent = "scripted"\ndisplay_name = "Code reviewer"\npeers = ["docs"]',
    );
    agents.write('docs', 'agent = "scripted"');
    await agents.untilState('reviewer', 'uninitialized');
    await agents.untilState('docs', 'uninitialized');
    const { shown } = await withPerson({}, () => agents.run('heddle.identity.copyName'));
    await eventually('both are offered', async () => {
      const again = await withPerson({}, () => agents.run('heddle.identity.copyName'));
      const labels = again.shown.picks[0]?.map(({ label }) => label) ?? [];
      return labels.join() === 'docs,Code reviewer';
    });
    assert.ok(shown.picks.length <= 1);
    assert.deepEqual(await agents.sessions(), []);
  });

  it('start as a roster, after saying how many and which, with a result for each', async () => {
    agents.write('reviewer', 'agent = "scripted"');
    agents.write('ghost', 'agent = "nobody-has-this"');
    agents.write('bad', 'agnet = "scripted"');
    await agents.untilOffered('heddle.identity.openSpec', 3);
    const { result, shown } = await withPerson({ confirms: true }, () =>
      agents.run<Told>('heddle.identities.startRoster'),
    );
    const [question] = shown.questions;
    assert.equal(question?.text, 'Start 2 agents?');
    assert.match(question.detail ?? '', /• ghost\n• reviewer/);
    const outcomes = new Map(result.outcomes.map((each) => [each.identity, each]));
    assert.equal(outcomes.get('reviewer')?.outcome, 'created');
    assert.equal(outcomes.get('ghost')?.outcome, 'broken');
    assert.match(outcomes.get('ghost')?.sentence ?? '', /nobody-has-this/);
    const list = shown.picks.at(-1) ?? [];
    assert.deepEqual(
      list.map(({ label, description }) => [label, description]),
      [
        ['ghost', 'broken'],
        ['reviewer', 'created'],
      ],
    );
    assert.deepEqual(await agents.sessions(), []);
  });

  it('are had again as a roster, with what they had, by whoever gave them up', async () => {
    for (const name of ['reviewer', 'docs']) {
      agents.write(name, 'agent = "scripted"');
      await agents.untilState(name, 'uninitialized');
      await agents.run('heddle.identity.start', agents.element(name));
    }
    await withPerson({ confirms: true }, async () => {
      await agents.run('heddle.identity.retire', agents.element('reviewer'));
      await agents.run('heddle.identity.retire', agents.element('docs'));
    });
    await agents.untilOffered('heddle.identity.start', 2);
    const { result, shown } = await withPerson({ confirms: true }, () =>
      agents.run<Told>('heddle.identities.startRoster'),
    );
    assert.equal(shown.questions[0]?.text, 'Start 2 agents?');
    const outcomes = result.outcomes.map(({ identity, outcome }) => [identity, outcome]);
    assert.deepEqual(outcomes.sort(), [
      ['docs', 'resumed'],
      ['reviewer', 'resumed'],
    ]);
    assert.equal((await agents.show('reviewer')).generation, 0);
  });

  it('are refused without the second folder that the settings ask for, and mirrored with it', async () => {
    const settings = vscode.workspace.getConfiguration('heddle.identities');
    const set = (name: string, value: string | undefined) =>
      settings.update(name, value, vscode.ConfigurationTarget.Global);
    const mirror = makeTempFolder();
    agents.write('reviewer', 'agent = "scripted"');
    await agents.untilState('reviewer', 'uninitialized');
    const element = agents.element('reviewer');
    try {
      await set('durability', 'async_replicated');
      const refused = await withPerson({}, () =>
        agents.run<Failure>('heddle.identity.start', element),
      );
      assert.equal(refused.result.error.code, 'store-io');
      assert.match(refused.result.error.message, /needs a second folder; name one/);
      assert.equal((await agents.show('reviewer')).lease, null);
      await set('mirrorFolder', mirror);
      await agents.run('heddle.identity.start', element);
      await eventually('it is mirrored', () => existsSync(join(mirror, 'reviewer', 'record.json')));
    } finally {
      await set('durability', undefined);
      await set('mirrorFolder', undefined);
      removeTempFolder(mirror);
    }
  });

  it('tell what is wrong in a file at its line, until it is mended', async () => {
    const path = agents.write('odd', '# a comment\nagnet = "scripted"');
    const uri = vscode.Uri.file(path);
    await eventually(
      'the problem is told',
      () => vscode.languages.getDiagnostics(uri).length === 1,
    );
    const [problem] = vscode.languages.getDiagnostics(uri);
    assert.match(problem?.message ?? '', /agnet/);
    assert.equal(problem?.range.start.line, 1);
    agents.write('odd', 'agent = "scripted"');
    await eventually('it is gone', () => vscode.languages.getDiagnostics(uri).length === 0);
  });

  it('work when they have a message, which starts one that nobody owns, and say what they did', async () => {
    agents.write('reviewer', 'agent = "scripted"');
    await agents.untilState('reviewer', 'uninitialized');
    const text = JSON.stringify([['say', 'I looked at it.']]);
    const result = await agents.run<{ result: string }>(
      'heddle.identity.send',
      agents.element('reviewer'),
      { text },
    );
    assert.deepEqual(result, { identity: 'reviewer', result: 'delivered' });
    await agents.until('reviewer', 'it has said so', ({ last_output }) =>
      (last_output ?? '').includes('I looked at it.'),
    );
    const shown = await agents.show('reviewer');
    assert.equal(shown.generation, 0);
    assert.match(shown.lease?.holder.label ?? '', /^window of /);
    assert.equal((await agents.sessions()).length, 1);
  });

  it('keep a checkpoint, begin anew and are deleted, each loss told before', async () => {
    agents.write('reviewer', 'agent = "scripted"');
    await agents.untilState('reviewer', 'uninitialized');
    const element = agents.element('reviewer');
    await agents.run('heddle.identity.start', element);
    const kept = await agents.run<{ version: number }>('heddle.identity.checkpoint', element);
    assert.ok(kept.version >= 1);
    const refused = await withPerson({}, () => agents.run('heddle.identity.reset', element));
    assert.equal(refused.result, undefined);
    assert.match(refused.shown.questions[0]?.detail ?? '', /new conversation/);
    assert.equal((await agents.show('reviewer')).generation, 0);
    const reset = await withPerson({ confirms: true }, () =>
      agents.run<{ generation: number }>('heddle.identity.reset', element),
    );
    assert.equal(reset.result.generation, 1);
    const deleted = await withPerson({ confirms: true }, () =>
      agents.run('heddle.identity.delete', element),
    );
    assert.deepEqual(deleted.result, { identity: 'reviewer' });
    assert.match(deleted.shown.questions[0]?.detail ?? '', /cannot be undone/);
    await agents.untilState('reviewer', 'uninitialized');
  });

  it('are given up when they are retired, and somebody else is told of by name', async () => {
    agents.write('reviewer', 'agent = "scripted"');
    await agents.untilState('reviewer', 'uninitialized');
    const element = agents.element('reviewer');
    await agents.run('heddle.identity.start', element);
    await withPerson({ confirms: true }, () => agents.run('heddle.identity.retire', element));
    await agents.untilState('reviewer', 'dormant');
    await agents.holdElsewhere('reviewer', 'window of Ben on here');
    const { result, shown } = await withPerson({}, () =>
      agents.run<Told>('heddle.identity.start', element),
    );
    assert.equal(result.outcomes[0]?.outcome, 'held_elsewhere');
    assert.match(result.outcomes[0].sentence, /window of Ben on here/);
    assert.match(shown.notifications[0]?.text ?? '', /window of Ben on here/);
    const reset = await withPerson({ confirms: true }, () =>
      agents.run<Failure>('heddle.identity.reset', element),
    );
    assert.equal(reset.result.error.code, 'no-active-lease');
  });

  it('are described by a new commented file', async () => {
    const made = await agents.run<{ path: string }>('heddle.identity.create', {
      name: 'backend',
      agent: 'scripted',
    });
    assert.equal(made.path, join(agents.folder, 'backend.toml'));
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, made.path);
    await agents.untilState('backend', 'uninitialized');
  });

  it('take what changes in their files, and are asked before another agent takes over', async () => {
    agents.write('reviewer', 'agent = "scripted"');
    await agents.untilState('reviewer', 'uninitialized');
    await agents.run('heddle.identity.start', agents.element('reviewer'));
    const { shown } = await withPerson({}, async (seen) => {
      agents.write('reviewer', 'agent = "scripted"\ndisplay_name = "Code reviewer"');
      await agents.until('reviewer', 'its name', (each) => each.display_name === 'Code reviewer');
      agents.write('reviewer', 'agent = "locked-out"');
      await eventually('it is asked', () => seen.notifications.length > 0);
    });
    const [asked] = shown.notifications;
    assert.match(asked?.text ?? '', /changed by something else than this editor/);
    assert.deepEqual(asked?.buttons, ['Respawn', 'Open File']);
    const pages = await withPerson({}, () =>
      agents.run<{ identity: string }>('heddle.identity.showPage', agents.element('reviewer')),
    );
    assert.deepEqual(pages.result, { identity: 'reviewer' });
  });
});
