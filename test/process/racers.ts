import { LineChildren, type LineChild } from './lineChild.ts';
import type { RaceAnswer, RaceStart } from './raceMessages.ts';

/** What one racer got out of a round. */
export interface RaceResult {
  /** As the racer signs its entries. */
  readonly name: string;
  readonly pid: number;
  /** Undefined when it was killed before it was told anything. */
  readonly answer: RaceAnswer | undefined;
  readonly isKilled: boolean;
}

interface Racer {
  readonly name: string;
  readonly child: LineChild;
}

/** Long-lived processes that all start at one shout; who is killed is replaced before the next. */
export class Racers {
  private readonly children = new LineChildren();
  private readonly racers: Racer[] = [];
  private started = 0;

  constructor(
    private readonly program: string,
    private readonly root: string,
    private readonly count: number,
  ) {}

  /** Fills the line up; resolves when every racer waits for its start. */
  async lineUp(): Promise<void> {
    const missing = Array.from({ length: this.count - this.racers.length }, () => this.start());
    this.racers.push(...(await Promise.all(missing)));
  }

  /**
   * One round. Those at `victims` are killed after `killDelay`, whatever they have come to by then.
   * @param startOf what each racer is told, by its process id
   */
  async race(
    startOf: (pid: number) => RaceStart,
    { victims = new Set(), killDelay = Promise.resolve() }: RaceOptions = {},
  ): Promise<readonly RaceResult[]> {
    for (const { child } of this.racers) child.send(startOf(child.pid));
    const results = this.racers.map(async ({ name, child }, i) => {
      const isKilled = victims.has(i);
      const answer = (await child.answer()) as RaceAnswer | undefined;
      if (isKilled) await child.end;
      return { name, pid: child.pid, answer, isKilled };
    });
    await killDelay;
    const killed = this.racers.filter((_, i) => victims.has(i));
    await Promise.all(killed.map(({ child }) => child.kill()));
    const all = await Promise.all(results);
    this.racers.splice(0, Infinity, ...this.racers.filter((racer) => !killed.includes(racer)));
    return all;
  }

  dispose(): Promise<void> {
    return this.children.dispose();
  }

  private async start(): Promise<Racer> {
    const name = `racer-${(this.started += 1)}`;
    const child = await this.children.node(this.program, [this.root, name]);
    if ((await child.answer()) !== 'ready') throw new Error(`${name} did not get ready`);
    return { name, child };
  }
}

export interface RaceOptions {
  readonly victims?: ReadonlySet<number>;
  readonly killDelay?: Promise<unknown>;
}
