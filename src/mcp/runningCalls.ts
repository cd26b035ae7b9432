/** The calls that are being answered, so that the server can end without leaving any in mid-work. */
export class RunningCalls {
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<unknown>>();

  /** Runs a call with a signal that also aborts when the server is asked to stop. */
  run<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const call = work(AbortSignal.any([signal, this.stopping.signal]));
    const settled = call.then(ignore, ignore);
    this.running.add(settled);
    void settled.then(() => this.running.delete(settled));
    return call;
  }

  /** Ends what waits, and resolves when every call is answered. */
  async stop(): Promise<void> {
    this.stopping.abort();
    while (this.running.size > 0) await Promise.all(this.running);
  }
}

function ignore(): void {
  // Whoever made the call is told.
}
