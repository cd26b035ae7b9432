import { equal } from 'node:assert/strict';
import { closestName } from '../../../src/cli/closestName.ts';

const names = ['reviewer', 'backend', 'docs', 'docs-de'];

describe('closestName', () => {
  for (const [written, meant] of [
    ['reviewer', 'reviewer'],
    ['REVIEWER', 'reviewer'],
    ['reviwer', 'reviewer'],
    ['reveiwer', 'reviewer'],
    ['rewiever', 'reviewer'],
    ['dosc', 'docs'],
    ['docs-ed', 'docs-de'],
    ['back-end', 'backend'],
  ] as const) {
    it(`takes ${written} for ${meant}`, () => equal(closestName(written, names), meant));
  }

  for (const written of ['', 'x', 'frontend', 'writer', 'd', 'x'.repeat(1000)]) {
    it(`takes ${written.slice(0, 20) || 'nothing'} for nobody`, () =>
      equal(closestName(written, names), undefined));
  }

  it('knows nobody where nobody is named', () => equal(closestName('docs', []), undefined));
});
