import type { FencingToken } from './continuityRecord.ts';

/** How a delivery was answered. */
export interface DeliveryReceipt {
  readonly token: FencingToken;
  /** Whether a store of the runtime stands behind the delivery. */
  readonly isDurable: boolean;
}

/** How many idempotency keys are remembered for each identity. */
export const maxRememberedAnswers = 500;

/** The answers to what was delivered under a key; the oldest are forgotten. */
export class AnswerMemory {
  private readonly answers = new Map<string, DeliveryReceipt>();

  /** Undefined for what was delivered without a key, under another one, or long ago. */
  recall(key: string | undefined): DeliveryReceipt | undefined {
    return key === undefined ? undefined : this.answers.get(key);
  }

  remember(key: string | undefined, receipt: DeliveryReceipt): void {
    if (key === undefined) return;
    this.answers.set(key, receipt);
    for (const oldest of this.answers.keys()) {
      if (this.answers.size <= maxRememberedAnswers) return;
      this.answers.delete(oldest);
    }
  }
}
