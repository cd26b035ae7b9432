import fc from 'fast-check';
import { lockStep } from '../../../support/lockSteps.ts';
import { LockWorld } from '../../../support/lockWorld.ts';

const steps = fc.array(lockStep, { minLength: 1, maxLength: 60, size: 'max' });

// Checked after each step: no two exclusive holders of overlapping paths that stand, except ancestor and
// descendant; tokens only rise; what is granted stands; a refusal takes nothing; a released path is free
// at once to the first in the queue; and in the end everything is free.
describe('FileLocks, whatever happens in whatever order', () => {
  async function play(kind: 'memory' | 'json', numRuns: number): Promise<void> {
    await fc.assert(
      fc.asyncProperty(steps, async (played) => {
        const world = new LockWorld(kind);
        try {
          for (const { process, step } of played) await world.play(process, step);
          await world.end();
        } finally {
          world.dispose();
        }
      }),
      { numRuns, interruptAfterTimeLimit: 40_000 },
    );
  }

  it('keeps its promises in memory', () => play('memory', 400));

  it('keeps its promises among three processes over real files', () => play('json', 25));
});
