const header = /^\*\*\* (?:Add File|Update File|Delete File|Move to):(.*)$/;
const beginOfUpdate = '*** Update File:';
const quoted = /^(["'])(.+)\1$/s;

/**
 * The files that a patch in the `apply_patch` form changes, makes, deletes or moves, each once, as
 * the patch spells them. It reads headers as leniently as that tool does: white space around them is
 * no matter, but a line of context of an update is no header. A path in quotes counts with and
 * without them, as tools differ.
 */
export function patchPaths(patch: string): readonly string[] {
  const found = new Set<string>();
  let isInUpdate = false;
  for (const line of patch.split(/\r?\n|\r/)) {
    if (isInUpdate && line.startsWith(' ')) continue;
    const text = line.trim();
    const path = header.exec(text)?.[1]?.trim();
    if (path === undefined || path === '') continue;
    if (!text.startsWith('*** Move to:')) isInUpdate = text.startsWith(beginOfUpdate);
    found.add(path);
    const inner = quoted.exec(path)?.[2];
    if (inner !== undefined) found.add(inner);
  }
  return [...found];
}

const patchCommand =
  /^\s*(?:cd\s+(?:"([^"]+)"|'([^']+)'|([^\s'"&;|]+))\s*&&\s*)?(?:apply_patch|applypatch)(?=\s)/;

/**
 * The files of a patch that a shell command gives to `apply_patch` and nothing else, as agents that
 * take it out of the shell do; undefined for every other command. With `cd DIR &&` before it, the
 * paths are below that folder.
 */
export function patchPathsOfCommand(command: string): readonly string[] | undefined {
  const match = patchCommand.exec(command);
  if (match === null || !command.includes('*** Begin Patch')) return undefined;
  const folder = match[1] ?? match[2] ?? match[3];
  const paths = patchPaths(command);
  if (folder === undefined) return paths;
  return paths.map((path) => (/^(?:[\\/]|[A-Za-z]:)/.test(path) ? path : `${folder}/${path}`));
}
