/** The history of the demo repository, oldest commit first. */
export interface DemoCommit {
  readonly message: string;
  readonly files: Readonly<Record<string, string>>;
}

const readme = `# Shop

A small shop: a cart, a checkout, payments.

- \`src/cart.ts\` adds up what is in the cart.
- \`src/checkout.ts\` turns a cart into an order.
- \`src/payments.ts\` talks to the payment provider.
`;

const cart = `export interface CartLine {
  readonly sku: string;
  readonly quantity: number;
  /** In cents. */
  readonly unitPrice: number;
  readonly discountPercent: number;
}

export function lineTotal(line: CartLine): number {
  const full = line.quantity * line.unitPrice;
  return Math.round(full * (1 - line.discountPercent / 100));
}

export function cartTotal(lines: readonly CartLine[]): number {
  return lines.reduce((sum, line) => sum + lineTotal(line), 0);
}
`;

const cartTest = `import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { cartTotal } from '../src/cart.ts';

test('cartTotal takes the discount of each line off', () => {
  const lines = [{ sku: 'mug', quantity: 3, unitPrice: 999, discountPercent: 10 }];
  equal(cartTotal(lines), 2697);
});
`;

const payments = `export type Payment =
  | { readonly kind: 'paid'; readonly reference: string }
  | { readonly kind: 'refused'; readonly reason: string };

const providerUrl = 'https://payments.example/v1/charges';

/** Amounts are in cents. */
export async function charge(amount: number, token: string): Promise<Payment> {
  const response = await fetch(providerUrl, {
    method: 'POST',
    body: JSON.stringify({ amount, token }),
  });
  if (response.status === 402) return { kind: 'refused', reason: await response.text() };
  const { reference } = (await response.json()) as { reference: string };
  return { kind: 'paid', reference };
}
`;

const checkout = `import { cartTotal, type CartLine } from './cart.ts';
import { charge, type Payment } from './payments.ts';

export async function checkOut(lines: readonly CartLine[], token: string): Promise<Payment> {
  if (lines.length === 0) throw new Error('The cart is empty.');
  return await charge(cartTotal(lines), token);
}
`;

const orderApi = `# The order API

To be written.
`;

const manifest = `{
  "name": "shop",
  "private": true,
  "type": "module",
  "scripts": {
    "test": "node --test"
  }
}
`;

export const demoFiles: readonly DemoCommit[] = [
  {
    message: 'Add the cart',
    files: {
      'README.md': readme,
      'package.json': manifest,
      'src/cart.ts': cart,
      'test/cart.test.ts': cartTest,
    },
  },
  {
    message: 'Check out and pay',
    files: {
      'docs/order-api.md': orderApi,
      'src/checkout.ts': checkout,
      'src/payments.ts': payments,
    },
  },
];
