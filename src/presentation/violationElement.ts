/** Names a refusal or a violation; what commands get from its row. */
export interface IncidentRef {
  /** The folder that contains `.heddle`. */
  readonly root: string;
  readonly id: string;
}

const pattern = /^incident:(\d{1,17}-\d{1,6})@(.+)$/s;

/** The element of the row of an incident. */
export function toIncidentElement({ root, id }: IncidentRef): string {
  return `incident:${id}@${root}`;
}

/** The incident that an element names; undefined for anything else that a command may be given. */
export function parseIncidentElement(element: unknown): IncidentRef | undefined {
  const match = typeof element === 'string' ? pattern.exec(element) : null;
  const [, id, root] = match ?? [];
  return id === undefined || root === undefined ? undefined : { root, id };
}
