import assert from 'node:assert/strict';
import { harnessIds } from '../../../src/core/harness/harnessEvent.ts';
import { harnessById } from '../../../src/harnesses/harnesses.ts';
import { recogniseDialect } from '../../../src/harnesses/recogniseDialect.ts';
import { sampleEdit } from '../../../src/harnesses/sampleEdit.ts';

describe('sampleEdit', () => {
  const edit = { cwd: '/repo', file: '/repo/a b.txt' };
  for (const id of harnessIds) {
    it(`is read as an edit of that file by ${id}, and refused in its form`, () => {
      const payload = sampleEdit(id, edit);
      assert.equal(recogniseDialect(payload)?.id, id);
      const { dialect } = harnessById(id);
      const event = dialect.parse(payload, { env: {}, cwd: '/elsewhere' });
      assert.ok(event);
      assert.equal(event.cwd, '/repo');
      assert.ok(event.action.kind === 'tool-starting');
      assert.deepEqual(event.action.call.action, { kind: 'edit', paths: [edit.file] });
      const answer = dialect.answer(event, { kind: 'refuse', reason: 'held' });
      assert.match(`${answer.stdout}${answer.stderr}`, /held/);
    });
  }
});
