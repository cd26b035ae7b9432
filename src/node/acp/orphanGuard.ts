import { spawn, type ChildProcess } from 'node:child_process';

/** The groups of processes that this process answers for. */
export interface ProcessGuard {
  /** What heads this group ends when this process does, with all that it started. */
  watch(group: number): void;
  /** It has ended. */
  forget(group: number): void;
}

/**
 * Ends what an agent started when this process ends without having done so itself, even when it is killed: a
 * shell that waits for the end of its input, which no process can outlive. Agents that end by themselves
 * then have a moment for it. Windows has no such shell: there it is the end of their input that tells them.
 */
export class OrphanGuard implements ProcessGuard {
  private constructor(private readonly shell: ChildProcess | undefined) {
    // Without a shell agents are still told by the end of their input.
    shell?.on('error', () => undefined);
    shell?.stdin?.on('error', () => undefined);
    shell?.unref();
  }

  static start(platform: NodeJS.Platform = process.platform): OrphanGuard {
    if (platform === 'win32') return new OrphanGuard(undefined);
    try {
      const shell = spawn('/bin/sh', ['-c', script], {
        cwd: '/',
        // Not in the group of this process, which may be killed as a whole.
        detached: true,
        stdio: ['pipe', 'ignore', 'ignore'],
        env: { PATH: ['/usr/bin', '/bin', process.env.PATH ?? '/usr/local/bin'].join(':') },
      });
      return new OrphanGuard(shell);
    } catch {
      return new OrphanGuard(undefined);
    }
  }

  watch(group: number): void {
    this.tell(`watch ${group}`);
  }

  forget(group: number): void {
    this.tell(`forget ${group}`);
  }

  /** All has ended. */
  dispose(): void {
    this.tell('end');
    this.shell?.stdin?.end();
  }

  private tell(line: string): void {
    if (this.shell?.stdin?.writable === true) this.shell.stdin.write(`${line}\n`);
  }
}

/** Seconds to leave by oneself, and from SIGTERM to SIGKILL. */
const [leaveSeconds, killSeconds] = [2, 2];

/**
 * What is below the groups is looked for at once: who has lost its parent is found no more. Where `ps` knows
 * no such options, the groups themselves are ended.
 */
const script = String.raw`
groups=
while read -r word group; do
  case $word in
    watch) groups="$groups $group" ;;
    forget)
      rest=
      for each in $groups; do [ "$each" = "$group" ] || rest="$rest $each"; done
      groups=$rest ;;
    end) exit 0 ;;
  esac
done
[ -n "$groups" ] || exit 0
below() {
  ps -A -o pid= -o ppid= -o pgid= 2>/dev/null | awk -v heads="$groups" '
    { parent[$1] = $2; group[$1] = $3 }
    END {
      count = split(heads, head, " ")
      for (i = 1; i <= count; i++) wanted[head[i]] = 1
      do {
        found = 0
        for (pid in parent)
          if (!(pid in own) && (pid in wanted || group[pid] in wanted || parent[pid] in own)) {
            own[pid] = 1
            found = 1
          }
      } while (found)
      for (pid in own) print pid
    }'
}
send() {
  for each in $groups; do kill -s "$1" -- "-$each"; done 2>/dev/null
  for each in $known; do kill -s "$1" "$each"; done 2>/dev/null
}
known=$(below)
sleep ${leaveSeconds}
known="$known $(below)"
send TERM
sleep ${killSeconds}
known="$known $(below)"
send KILL
`;
