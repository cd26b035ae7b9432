import type { UiWorld } from './uiWorld.ts';

/** The session ids and processes of the cast. */
export interface Cast {
  readonly person: string;
  readonly claude: string;
  readonly writer: string;
  readonly reviewer: string;
  readonly codex: string;
  readonly finder: string;
  readonly lost: string;
  readonly finished: string;
  /** The process of everybody who is alive. */
  readonly pid: number;
}

/**
 * A person who spawned a Claude Code agent with two subagents and a Codex agent with one; a Gemini
 * agent that was killed and still holds a thread; and one that has finished.
 */
export async function joinCast(world: UiWorld): Promise<Cast> {
  const pid = await world.startProcess();
  const lostPid = await world.startProcess();
  const claudeCode = { harness: 'claude-code', provider: 'anthropic', pid };
  const codexCli = { harness: 'codex', provider: 'openai', pid };
  const person = await world.join({
    key: 'human:Grace',
    provider: 'human',
    thread: 'docs/order-api',
    task: 'Write the guide to the order API',
    pid,
  });
  const claude = await world.join({
    ...claudeCode,
    key: 'claude:checkout',
    parent: 'human:Grace',
    model: 'claude-sonnet-4-5',
    thread: 'feature/checkout',
    task: 'Try the checkout again when the payment provider times out',
  });
  const writer = await world.join({
    ...claudeCode,
    key: 'claude:checkout:tests',
    parent: 'claude:checkout',
    model: 'claude-haiku-4-5',
    task: 'Write tests for the retries',
  });
  const reviewer = await world.join({
    ...claudeCode,
    key: 'claude:checkout:review',
    parent: 'claude:checkout',
    model: 'claude-opus-4-1',
    task: 'Review the error handling of the checkout',
  });
  const codex = await world.join({
    ...codexCli,
    key: 'codex:rounding',
    parent: 'human:Grace',
    model: 'gpt-5-codex',
    thread: 'fix/cart-rounding',
    task: 'Round the total of a cart once, not every line of it',
  });
  const finder = await world.join({
    ...codexCli,
    key: 'codex:rounding:callers',
    parent: 'codex:rounding',
    model: 'gpt-5-mini',
    task: 'Find every caller of lineTotal',
  });
  const lost = await world.join({
    key: 'gemini:payments',
    harness: 'gemini-cli',
    provider: 'google',
    model: 'gemini-2.5-pro',
    thread: 'feature/payments',
    task: 'Move payments to the new provider',
    pid: lostPid,
  });
  const finished = await world.join({
    ...codexCli,
    key: 'codex:search',
    model: 'gpt-5',
    thread: 'feature/search',
  });
  await world.agent(
    ...['update', claude, '--input-tokens', '120345', '--output-tokens', '8123'],
    ...['--reasoning-tokens', '2048', '--tool-calls', '42', '--cost-micros-usd', '1843210'],
  );
  await world.agent('release', finished, '--status', 'merged');
  await world.kill(lostPid);
  return { person, claude, writer, reviewer, codex, finder, lost, finished, pid };
}
