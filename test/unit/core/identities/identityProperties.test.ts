import fc from 'fast-check';
import type { DurabilityPolicy } from '../../../../src/core/identities/durabilityPolicy.ts';
import { ownerStep, PlayedOwners } from './playedOwners.ts';

const steps = fc.array(ownerStep, { minLength: 5, maxLength: 60, size: 'max' });
const policies: readonly DurabilityPolicy[] = [
  { kind: 'sync_write_through' },
  { kind: 'buffered_export', maxLossWindowMs: 7_000 },
];

// Checked after each step: no write is let in under a token that is older than one under which something
// was written or embodied, nor under somebody else's; tokens and generations never fall, versions only
// grow; agents are begun and given work by the owner of that moment only, and begun only when all others
// are fenced; and no identity is embodied by two processes of which none is stopped. In the end whoever
// can have an identity can work with it.
describe('Two owners of the same identities, whatever happens in whatever order', () => {
  for (const policy of policies) {
    it(`keep their promises under ${policy.kind}`, async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (played) => {
          const owners = new PlayedOwners(policy);
          for (const step of played) await owners.play(step);
          await owners.end();
        }),
        { numRuns: 300, interruptAfterTimeLimit: 25_000 },
      );
    });
  }
});
