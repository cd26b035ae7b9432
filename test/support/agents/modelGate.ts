/** Holds an answer of a scripted model back until the test says so, which keeps a turn open. */
export interface ModelGate {
  /** Settles when a request has come to the gate. */
  readonly arrived: Promise<void>;
  /** Settles when the gate has been opened. */
  readonly opened: Promise<void>;
  /** Says that a request is there; called by the scripted model. */
  arrive(): void;
  /** Lets the answer go. */
  open(): void;
}

export function createModelGate(): ModelGate {
  let arrive: () => void = () => undefined;
  let open: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { arrived, opened, arrive: () => arrive(), open: () => open() };
}
