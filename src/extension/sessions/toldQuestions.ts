/** Where something is remembered across a reload of the window; structurally a `vscode.Memento`. */
export interface ToldMemory {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void>;
}

const memoryKey = 'heddle.sessions.toldQuestions';
const maxRemembered = 300;

/** Which questions were told of, so that each is told of once. */
export class ToldQuestions {
  private readonly told: Set<string>;

  constructor(private readonly memory: ToldMemory) {
    const known = memory.get(memoryKey);
    const texts = Array.isArray(known) ? known : [];
    this.told = new Set(texts.filter((each): each is string => typeof each === 'string'));
  }

  /** True the first time. */
  add(key: string): boolean {
    if (this.told.has(key)) return false;
    this.told.add(key);
    for (const oldest of this.told) {
      if (this.told.size <= maxRemembered) break;
      this.told.delete(oldest);
    }
    void this.memory.update(memoryKey, [...this.told]);
    return true;
  }
}
