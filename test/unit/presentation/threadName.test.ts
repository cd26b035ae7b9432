import { strict as assert } from 'node:assert';
import {
  maxThreadLength,
  taskProblem,
  threadProblem,
} from '../../../src/presentation/threadName.ts';

describe('threadProblem', () => {
  it('has nothing against names of branches and words of any language', () => {
    for (const name of ['main', 'feature/login #2', 'größe', '機能', 'x'.repeat(maxThreadLength)]) {
      assert.equal(threadProblem(name), undefined);
    }
  });

  it('refuses nothing at all, line breaks, control characters and more than 1024 characters', () => {
    for (const name of [
      '',
      '  ',
      'a\nb',
      'a\u001b[31m',
      'a\u2028b',
      'x'.repeat(maxThreadLength + 1),
    ]) {
      assert.equal(typeof threadProblem(name), 'string', JSON.stringify(name));
    }
  });
});

describe('taskProblem', () => {
  it('lets a task be empty, but not of several lines', () => {
    assert.equal(taskProblem(''), undefined);
    assert.equal(typeof taskProblem('a\nb'), 'string');
  });
});
