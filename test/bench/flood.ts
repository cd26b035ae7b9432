/** What the flooding agent is to tell; its prompt, as JSON. */
export interface Flood {
  readonly updates: number;
  /** So long is what it says each time. */
  readonly bytes: number;
  /** It begins when there is a file of this name. */
  readonly gate?: string | undefined;
}
