/** What an agent's model costs, in millionths of a US dollar for each token. */
export interface TokenPrice {
  readonly input: number;
  readonly output: number;
}

/** The model of an agent, as its harness would report it. */
export interface DemoModel {
  readonly provider: string;
  readonly name: string;
  readonly price: TokenPrice;
  readonly isReasoning: boolean;
}

/** How a turn of an agent ends: by saying so, or by being killed without a word. */
export type DemoEnding =
  | {
      readonly kind: 'release';
      readonly afterSeconds: number;
      readonly status: 'complete' | 'merged' | 'abandoned';
      /** Until the same role is played again, by a new process. */
      readonly pauseSeconds: number;
    }
  | { readonly kind: 'killed'; readonly afterSeconds: number }
  | { readonly kind: 'stays' };

/** The harnesses of the demo; each has its own form of keys. */
export type DemoHarness = 'claude-code' | 'codex' | 'opencode';

/** A file or folder that a role holds while it works. */
export interface DemoEdit {
  readonly path: string;
  readonly reason: string;
  /** Whether it only reads it and lets others read it too. */
  readonly isShared?: boolean;
}

/** One role of the demo. Each is played by a process of its own. */
export interface DemoRole {
  readonly name: string;
  /** Absent for a person. */
  readonly harness?: DemoHarness;
  readonly model?: DemoModel;
  readonly task: string;
  /** The thread that it reserves; a role without one merely registers. */
  readonly thread?: string;
  readonly place: 'main checkout' | 'linked worktree';
  readonly joinsAfterSeconds: number;
  readonly ending: DemoEnding;
  /** What it locks, one after the other; it waits for what somebody else holds. */
  readonly edits?: readonly DemoEdit[];
  /** Whom it spawns. */
  readonly spawns: readonly DemoRole[];
}

/** The branch that has a worktree of its own. */
export const worktreeBranch = 'fix/cart-rounding';
/** The branch whose agent is killed. */
export const abandonedBranch = 'feature/payments';

const sonnet: DemoModel = {
  provider: 'anthropic',
  name: 'claude-sonnet-4-5',
  price: { input: 3, output: 15 },
  isReasoning: false,
};
const haiku: DemoModel = {
  provider: 'anthropic',
  name: 'claude-haiku-4-5',
  price: { input: 1, output: 5 },
  isReasoning: false,
};
const codexModel: DemoModel = {
  provider: 'openai',
  name: 'gpt-5-codex',
  price: { input: 1.25, output: 10 },
  isReasoning: true,
};
const smallCodexModel: DemoModel = {
  provider: 'openai',
  name: 'gpt-5-mini',
  price: { input: 0.25, output: 2 },
  isReasoning: true,
};
const gemini: DemoModel = {
  provider: 'google',
  name: 'gemini-2.5-pro',
  price: { input: 1.25, output: 10 },
  isReasoning: true,
};

const checkoutAgent: DemoRole = {
  name: 'checkout',
  harness: 'claude-code',
  model: sonnet,
  thread: 'feature/checkout',
  task: 'Try the checkout again when the payment provider times out',
  place: 'main checkout',
  joinsAfterSeconds: 1,
  ending: { kind: 'release', afterSeconds: 420, status: 'merged', pauseSeconds: 15 },
  edits: [
    { path: 'src/checkout.ts', reason: 'Retry when the provider times out' },
    { path: 'src/payments.ts', reason: 'Tell a timeout from a refusal' },
  ],
  spawns: [
    {
      name: 'checkout-tests',
      harness: 'claude-code',
      model: haiku,
      task: 'Write tests for the retries',
      place: 'main checkout',
      joinsAfterSeconds: 1,
      ending: { kind: 'release', afterSeconds: 75, status: 'complete', pauseSeconds: 20 },
      edits: [{ path: 'test', reason: 'Tests for the retries' }],
      spawns: [],
    },
    {
      name: 'checkout-review',
      harness: 'claude-code',
      model: sonnet,
      task: 'Review the error handling of the checkout',
      place: 'main checkout',
      joinsAfterSeconds: 3,
      ending: { kind: 'release', afterSeconds: 150, status: 'complete', pauseSeconds: 30 },
      edits: [{ path: 'src/checkout.ts', reason: 'Comments on the error handling' }],
      spawns: [],
    },
  ],
};

const roundingAgent: DemoRole = {
  name: 'rounding',
  harness: 'codex',
  model: codexModel,
  thread: worktreeBranch,
  task: 'Round the total of a cart once, not every line of it',
  place: 'linked worktree',
  joinsAfterSeconds: 2,
  ending: { kind: 'release', afterSeconds: 330, status: 'complete', pauseSeconds: 15 },
  edits: [
    { path: 'src/cart.ts', reason: 'Round the total once' },
    { path: 'test/cart.test.ts', reason: 'A cart with a discount' },
  ],
  spawns: [
    {
      name: 'rounding-callers',
      harness: 'codex',
      model: smallCodexModel,
      task: 'Find every caller of lineTotal',
      place: 'linked worktree',
      joinsAfterSeconds: 2,
      ending: { kind: 'release', afterSeconds: 110, status: 'complete', pauseSeconds: 25 },
      edits: [{ path: 'README.md', reason: 'Read how the parts fit together', isShared: true }],
      spawns: [],
    },
  ],
};

const paymentsAgent: DemoRole = {
  name: 'payments',
  harness: 'opencode',
  model: gemini,
  thread: abandonedBranch,
  task: 'Move payments to the new provider',
  place: 'main checkout',
  joinsAfterSeconds: 0,
  ending: { kind: 'killed', afterSeconds: 20 },
  edits: [{ path: 'src/payments.ts', reason: 'Call the new provider' }],
  spawns: [],
};

/** The person at the top, who started all the agents. */
export const demoPerson: DemoRole = {
  name: 'Grace',
  thread: 'docs/order-api',
  task: 'Write the guide to the order API',
  place: 'main checkout',
  joinsAfterSeconds: 0,
  ending: { kind: 'stays' },
  spawns: [checkoutAgent, roundingAgent, paymentsAgent],
};

/** A role with everybody below it. */
export function withSpawned(role: DemoRole): readonly DemoRole[] {
  return [role, ...role.spawns.flatMap(withSpawned)];
}

/** @throws Error when nobody is called that */
export function roleNamed(name: string): DemoRole {
  const role = withSpawned(demoPerson).find((each) => each.name === name);
  if (role === undefined) throw new Error(`There is no role "${name}" in the demo.`);
  return role;
}
