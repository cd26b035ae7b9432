import { rootName } from '../commands/rootName.ts';

/** Who people are told owns what a window owns; the process is told with it. */
export function ownerLabel(person: string, root: string): string {
  return `window of ${person} on ${rootName(root)}`;
}
