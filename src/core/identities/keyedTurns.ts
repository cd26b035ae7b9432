/** Gives up a turn; calling it again does nothing. */
export type EndTurn = () => void;

/** One turn at a time for each key, in the order in which they were asked for. */
export class KeyedTurns<K> {
  private readonly tails = new Map<K, Promise<void>>();

  /** Runs `work` in a turn of its own. Work that waits for another turn of the same key waits for ever. */
  async run<T>(key: K, work: () => Promise<T>): Promise<T> {
    const end = await this.take(key);
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** Resolves when the turn has come; it lasts until its end is called. */
  take(key: K): Promise<EndTurn> {
    const before = this.tails.get(key) ?? Promise.resolve();
    let end: EndTurn = () => undefined;
    const turn = new Promise<void>((resolve) => {
      end = resolve;
    });
    const tail = before.then(() => turn);
    this.tails.set(key, tail);
    void tail.then(() => {
      if (this.tails.get(key) === tail) this.tails.delete(key);
    });
    return before.then(() => end);
  }

  /**
   * Turns of several keys, asked for in one step: two who do so in any order never wait for each other.
   */
  async takeAll(keys: readonly K[]): Promise<ReadonlyMap<K, EndTurn>> {
    const asked = keys.map(async (key) => [key, await this.take(key)] as const);
    return new Map(await Promise.all(asked));
  }
}
