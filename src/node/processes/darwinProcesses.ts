import type { ListedProcess } from '../../core/harness/discovery/listedProcess.ts';

/**
 * Reads `ps -o pid=,ppid=,comm=` together with `ps -o pid=,args=`. The arguments come as one text, so
 * one that contains spaces comes apart; only the program is known exactly.
 */
export function parseDarwinListing(
  paths: string,
  commands: string,
): ReadonlyMap<number, ListedProcess> {
  const argsOf = new Map<number, string>();
  for (const line of commands.split('\n')) {
    const match = /^\s*(\d+)\s(.*)$/.exec(line);
    if (match) argsOf.set(Number(match[1]), (match[2] ?? '').trim());
  }

  const listed = new Map<number, ListedProcess>();
  for (const line of paths.split('\n')) {
    const match = /^\s*(\d+)\s+(\d+)\s(.*)$/.exec(line);
    if (!match) continue;
    const pid = Number(match[1]);
    const program = (match[3] ?? '').trim();
    listed.set(pid, {
      pid,
      parentPid: Number(match[2]),
      name: program.slice(program.lastIndexOf('/') + 1),
      args: splitArgs(argsOf.get(pid) ?? '', program),
      executable: program.startsWith('/') ? program : undefined,
    });
  }
  return listed;
}

function splitArgs(text: string, program: string): readonly string[] {
  const isProgramFirst = program !== '' && (text === program || text.startsWith(`${program} `));
  const rest = isProgramFirst ? text.slice(program.length) : text;
  const words = rest.split(' ').filter((word) => word !== '');
  return isProgramFirst ? [program, ...words] : words;
}
