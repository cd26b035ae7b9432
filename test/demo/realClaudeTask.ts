import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ModelStep, ModelUsage } from '../support/agents/scriptedClaudeModel.ts';

/** What the model says, and how long it takes for that. */
export interface PacedStep extends ModelStep {
  readonly afterSeconds: number;
}

/** A task of a few turns: each prompt with the answers of the model. */
export type RealClaudeTask = Readonly<Record<string, readonly PacedStep[]>>;

/**
 * What the real Claude Code works at, one prompt after the other: a guide, with the help of a
 * subagent; a file that another agent mostly holds; and a command that a person has to allow.
 *
 * @param round counts from 1: every time the guide says something else
 */
export function realClaudeTask(repository: string, round: number): RealClaudeTask {
  const at = (path: string): string => join(repository, path);
  const guide = at('docs/order-api.md');
  return {
    'Describe how an order is paid': [
      after(4, call('Read', { file_path: at('src/checkout.ts') })),
      after(5, call('Read', { file_path: guide })),
      after(6, call('Write', { file_path: guide, content: guideText(round, 'draft') })),
      after(8, helper('List what can go wrong in a payment')),
      after(10, call('Write', { file_path: guide, content: guideText(round, 'final') })),
      after(12, call('Bash', { command: 'git diff --stat', description: 'See what changed' })),
      after(6, { text: 'The guide says how an order is paid.' }),
    ],
    'List what can go wrong in a payment': [
      after(5, call('Read', { file_path: at('src/payments.ts') })),
      after(6, call('Write', { file_path: at('docs/payment-errors.md'), content: errors(round) })),
      after(20, { text: 'A payment can be refused, or the provider does not answer.' }),
    ],
    'Say in the cart what a price is': [
      after(4, call('Read', { file_path: at('src/cart.ts') })),
      after(5, editOfCart(at('src/cart.ts'))),
      after(6, { text: 'I did what I could in the cart.' }),
    ],
    'Show what was done': [
      after(4, call('Bash', { command: 'npm test', description: 'Run the tests' })),
      after(5, { text: 'That is all for now.' }),
    ],
  };
}

/** The prompts of the task that a person gives, in their order. */
export const realClaudePrompts = [
  'Describe how an order is paid',
  'Say in the cart what a price is',
  'Show what was done',
] as const;

function after(afterSeconds: number, step: ModelStep): PacedStep {
  return { ...step, afterSeconds, usage: usage(afterSeconds) };
}

function call(tool: string, input: Readonly<Record<string, unknown>>): ModelStep {
  return { calls: [{ tool, input }] };
}

/** A subagent whose end is waited for. */
function helper(prompt: string): ModelStep {
  return call('Agent', {
    description: 'Look for faults',
    prompt,
    subagent_type: 'general-purpose',
    run_in_background: false,
  });
}

/** Back and forth between two wordings, so that there is always something to change. */
function editOfCart(path: string): ModelStep {
  const wordings = ['/** In cents. */', '/** In cents, before any discount. */'] as const;
  const isChanged = readFileSync(path, 'utf8').includes(wordings[1]);
  const [from, to] = isChanged ? [wordings[1], wordings[0]] : wordings;
  return call('Edit', { file_path: path, old_string: from, new_string: to });
}

function usage(seconds: number): ModelUsage {
  return {
    input_tokens: 90 * seconds,
    output_tokens: 60 * seconds,
    cache_creation_input_tokens: 400 * seconds,
    cache_read_input_tokens: 16_000 + 900 * seconds,
  };
}

function guideText(round: number, state: 'draft' | 'final'): string {
  const steps = ['Add up the cart.', 'Charge the card.', 'Keep the reference of the payment.'];
  const shown = state === 'draft' ? steps.slice(0, 1) : steps;
  const lines = shown.map((text, index) => `${index + 1}. ${text}`);
  return ['# The order API', '', `Revision ${round}.`, '', ...lines, ''].join('\n');
}

function errors(round: number): string {
  return `# What can go wrong\n\nRevision ${round}.\n\n- The card is refused.\n- Nobody answers.\n`;
}
