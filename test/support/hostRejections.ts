import { strict as assert } from 'node:assert';

/**
 * Lets the run fail when a promise of the extension was rejected and nobody took notice. To be
 * called outside every suite, once.
 */
export function failOnLostRejections(): void {
  const lost: string[] = [];
  const collect = (reason: unknown): void => {
    const stack = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    if (stack.includes('extension.cjs')) lost.push(stack);
  };
  before(() => process.on('unhandledRejection', collect));
  after(() => {
    process.off('unhandledRejection', collect);
    assert.deepEqual(lost, []);
  });
}
