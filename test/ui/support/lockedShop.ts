import type { Cast } from './cast.ts';
import type { UiWorld } from './uiWorld.ts';

/** The files of the shop, as far as somebody holds one. */
export const shopFiles: Readonly<Record<string, string>> = {
  'src/cart.ts': 'export const cart: string[] = [];\n',
  'src/checkout.ts': 'export function checkOut(): number {\n  return 1;\n}\n',
  'src/payments.ts': 'export const provider = "old";\n',
  'src/tax/rates.ts': 'export const rate = 0.19;\n',
  'test/cart.test.ts': 'export {};\n',
  'docs/orders.md': '# Orders\n',
};

/** Locks with the command line, each by a member of the cast. */
export async function lockShop(world: UiWorld, cast: Cast): Promise<void> {
  const lock = async (agent: string, path: string, ...flags: readonly string[]): Promise<void> => {
    const { exitCode, stderr } = await world.cli('lock', path, '--agent', agent, ...flags);
    if (exitCode !== 0) throw new Error(`lock ${path}: ${stderr}`);
  };
  await lock(cast.claude, 'src/checkout.ts', '--reason', 'Retry when the provider times out');
  await lock(cast.writer, 'test', '--reason', 'Tests for the retries');
  await lock(cast.codex, 'src/cart.ts', '--reason', 'Round the total once');
  await lock(cast.codex, 'docs/orders.md', '--shared');
  await lock(cast.finder, 'docs/orders.md', '--shared', '--reason', 'Find every caller');
}
