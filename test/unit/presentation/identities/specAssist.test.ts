import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  specCompletions,
  specFieldsOf,
  specHover,
} from '../../../../src/presentation/identities/specAssist.ts';

const schema = JSON.parse(readFileSync('media/identity.schema.json', 'utf8')) as unknown;
const fields = specFieldsOf(schema);
const names = {
  agents: [
    { value: 'claude', description: 'Claude Code' },
    { value: 'codex', description: 'Codex' },
  ],
  peers: [
    { value: 'docs', description: '' },
    { value: 'backend', description: '' },
  ],
};

function complete(before: string) {
  return specCompletions(before, { fields, names });
}

function labels(before: string): readonly string[] {
  return complete(before).map(({ label }) => label);
}

describe('help in the files that describe agents', () => {
  it('offers the fields of the schema that are not set yet', () => {
    assert.deepEqual(
      labels(''),
      fields.map(({ name }) => name),
    );
    assert.deepEqual(labels('agent = "claude"\npe').includes('agent'), false);
    const [peers] = complete('agent = "claude"\npe').filter(({ label }) => label === 'peers');
    assert.deepEqual(peers && [peers.snippet, peers.replaces], ['peers = ["$1"]', 2]);
    assert.ok(fields.every(({ description }) => description !== ''));
  });

  it('offers the agents of this machine and the words of the schema as values', () => {
    assert.deepEqual(labels('agent = '), ['claude', 'codex']);
    assert.equal(complete('agent = ')[0]?.snippet, '"claude"');
    const [typed] = complete('agent = "cl');
    assert.deepEqual(typed && [typed.snippet, typed.replaces], ['claude', 2]);
    assert.deepEqual(labels('addressability = "'), ['addressable', 'internal_only']);
    assert.match(complete('addressability = "')[1]?.description ?? '', /schedulers/);
  });

  it('offers the other agents as peers, each once, also over several lines', () => {
    assert.deepEqual(labels('peers = ['), ['docs', 'backend']);
    assert.deepEqual(labels('peers = [\n  "docs",\n  "ba'), ['backend']);
    assert.deepEqual(labels('peers = ["docs"]\n'), labels('peers = []\n'));
  });

  it('keeps quiet in comments, in long texts and in tables', () => {
    for (const before of [
      '# age',
      'instructions = """\nage',
      '[labels]\n',
      'agent = "claude" # a',
    ]) {
      assert.deepEqual(labels(before), [], before);
    }
    assert.ok(labels('instructions = """\nage\n"""\n').includes('agent'));
  });

  it('says what a field is for, at the beginning of its line or as a table', () => {
    assert.match(specHover('  agent = "x"', fields)?.field.description ?? '', /Never a command/);
    assert.equal(specHover('  agent = "x"', fields)?.start, 2);
    assert.equal(specHover('[labels]', fields)?.field.name, 'labels');
    assert.equal(specHover('agnet = "x"', fields), undefined);
  });

  it('takes nothing from what is no schema', () => {
    for (const bad of [undefined, 'x', { properties: 3 }]) assert.deepEqual(specFieldsOf(bad), []);
  });
});
