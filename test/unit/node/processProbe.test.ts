import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ProcessState } from '../../../src/core/agents/liveness.ts';
import { createProcessProbe } from '../../../src/node/processProbe.ts';
import {
  parseKernBoottime,
  parsePsStarts,
  psArguments,
} from '../../../src/node/processProbeDarwin.ts';
import { parseProcBootTimeMs, parseProcStartTicks } from '../../../src/node/processProbeLinux.ts';
import { parseProcessTimes, processTimesCommand } from '../../../src/node/processProbeWindows.ts';
import { recordProcess } from '../../../src/node/recordedProcess.ts';
import { eventually } from '../../support/eventually.ts';

describe('parseProcStartTicks', () => {
  const rest =
    '1 2 2 0 -1 4194304 100 0 0 0 5 6 0 0 20 0 THREADS 0 123456 1000 200 18446744073709551615';
  function stat(name: string, state = 'S', threads = '1'): string {
    return `4242 (${name}) ${state} ${rest.replace('THREADS', threads)}\n`;
  }

  for (const name of ['node', 'a b', '(', ')', ') Z 1', 'tmux: server', ') (x) R 0 0', 'é\u0001']) {
    it(`reads the start of a process called ${JSON.stringify(name)}`, () => {
      assert.deepEqual(parseProcStartTicks(stat(name)), { startTicks: 123456, isZombie: false });
    });
  }

  it('reads a real line of a busy process', () => {
    const line =
      '739 (MainThread) R 735 735 735 34816 739 4194304 13480 0 0 0 52 7 0 0 20 0 11 0 6842217 1293496320 15872 18446744073709551615 4194304 48250789 140726 0 0 0 0 4096 134300162 0 0 0 17 1 0 0 0 0 0';
    assert.deepEqual(parseProcStartTicks(line), { startTicks: 6842217, isZombie: false });
  });

  it('knows a zombie from a process whose other threads work on', () => {
    assert.equal(parseProcStartTicks(stat('node', 'Z'))?.isZombie, true);
    assert.equal(parseProcStartTicks(stat('node', 'X'))?.isZombie, true);
    assert.equal(parseProcStartTicks(stat('node', 'Z', '3'))?.isZombie, false);
  });

  it('does not make a start up from a line that was cut off', () => {
    for (const line of ['', '4242', '4242 (node)', '4242 (node) S 1 2', stat('x').slice(0, 40)]) {
      assert.equal(parseProcStartTicks(line), undefined);
    }
  });
});

describe('parseProcBootTimeMs', () => {
  it('finds the boot among the other lines', () => {
    const stat = 'cpu  1 2 3\ncpu0 1 2 3\nintr 1 0\nctxt 9\nbtime 1795166100\nprocesses 7\n';
    assert.equal(parseProcBootTimeMs(stat), 1_795_166_100_000);
    assert.equal(parseProcBootTimeMs('cpu 1\nxbtime 7\n'), undefined);
  });
});

describe('parseKernBoottime', () => {
  it('cuts after the first brace, as Heddle does', () => {
    assert.equal(
      parseKernBoottime('{ sec = 1795166100, usec = 123456 } Fri Nov 20 09:15:00 2026\n'),
      '{ sec = 1795166100, usec = 123456 }',
    );
    assert.equal(parseKernBoottime(''), undefined);
    assert.equal(parseKernBoottime('sysctl: unknown oid'), undefined);
  });
});

describe('parsePsStarts', () => {
  const output = [
    '    1 Ss   Mon Nov  2 08:00:00 2026    ',
    '  501 S+   Fri Nov 20 09:15:00 2026    ',
    '99999 Z+   Fri Nov 20 09:15:01 2026    ',
    ' 4242 R    gibberish without a date    ',
    'ps: some complaint',
    '',
  ].join('\n');

  it('reads starts in UTC, with days of one digit, and leaves zombies for dead', () => {
    const states = parsePsStarts(output);
    assert.deepEqual([...states.keys()], [1, 501, 99999, 4242]);
    assert.deepEqual(states.get(1), running('darwin-seconds:1793606400', 1_793_606_400_000));
    assert.deepEqual(states.get(501), running('darwin-seconds:1795166100', 1_795_166_100_000));
    assert.deepEqual(states.get(99999), { kind: 'gone' });
    assert.deepEqual(states.get(4242), running(undefined, undefined));
  });

  it('psArguments asks for what is read, and for nothing else', () => {
    assert.deepEqual(psArguments([1, 501]), ['-o', 'pid=,stat=,lstart=', '-p', '1,501']);
  });
});

describe('parseProcessTimes', () => {
  it('reads starts to seven digits, and processes whose start may not be read', () => {
    const output =
      '4 \r\n4242 2026-11-20T09:15:00.1234567Z\r\n\r\nGet-Process : oops\r\n77 not-a-time\r\n8\r\n';
    const states = parseProcessTimes(output);
    assert.deepEqual([...states.keys()], [4, 4242, 77, 8]);
    assert.deepEqual(states.get(4), running(undefined, undefined));
    assert.deepEqual(
      states.get(4242),
      running('windows:2026-11-20T09:15:00.1234567Z', Date.parse('2026-11-20T09:15:00.123Z')),
    );
    assert.deepEqual(states.get(77), running(undefined, undefined));
    assert.deepEqual(states.get(8), running(undefined, undefined));
  });

  it('processTimesCommand lets nothing but whole numbers into the script', () => {
    const { command, args } = processTimesCommand([1, Number.NaN, 2.5, 4242]);
    assert.equal(command, 'powershell.exe');
    assert.match(args.at(-1) ?? '', /Get-Process -Id 1,4242 -ErrorAction/);
  });
});

describe('createProcessProbe on this machine', () => {
  const probe = createProcessProbe();

  async function stateOf(pid: number): Promise<ProcessState | undefined> {
    return (await probe.probe([pid])).get(pid);
  }

  it('tells a running process from one that is gone, and gives each a start', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(child, 'spawn');
    const pid = child.pid ?? assert.fail();
    const first = await stateOf(pid);
    const second = await stateOf(pid);
    assert.ok(first?.kind === 'running');
    assert.ok(first.start !== undefined && first.startedAtMs !== undefined);
    assert.ok(Math.abs(first.startedAtMs - Date.now()) < 60_000);
    assert.deepEqual(second, first, 'the start does not move');

    child.kill('SIGKILL');
    await eventually('the process is gone', async () => (await stateOf(pid))?.kind === 'gone');
  });

  if (process.platform === 'linux') {
    it('falls back to existence where a command is missing', async () => {
      const darwin = createProcessProbe('darwin');
      const states = await darwin.probe([process.pid, 0x7fff_fffe]);
      assert.equal(states.get(process.pid)?.kind, 'running');
      assert.deepEqual(states.get(0x7fff_fffe), { kind: 'gone' });
    });

    it('takes a zombie for gone', async () => {
      // The shell becomes a program that never waits for its child.
      const script = 'sleep 0.01 & echo $!; exec sleep 600';
      const parent = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      try {
        await eventually('the zombie is gone', async () => (await stateOf(pid))?.kind === 'gone');
        assert.doesNotThrow(() => process.kill(pid, 0), 'its id is still taken');
      } finally {
        parent.kill('SIGKILL');
        await once(parent, 'close');
      }
    });
  }

  it('answers for each id that it is asked for, possible or not', async () => {
    const pids = [process.pid, 1, 0x7fff_fffe];
    const states = await probe.probe(pids);
    assert.deepEqual([...states.keys()], pids);
    assert.equal(states.get(process.pid)?.kind, 'running');
    assert.equal(states.get(0x7fff_fffe)?.kind, 'gone');
    assert.equal((await probe.probe([])).size, 0);
  });

  it('recordProcess records all that tells the process from another with its id', async () => {
    const recorded = await recordProcess(probe, process.pid);
    const host = await probe.host();
    assert.equal(recorded.pid, process.pid);
    assert.equal(recorded.bootId, host.bootId);
    assert.equal(recorded.pidNamespace, host.pidNamespace);
    assert.ok(recorded.processStart);
    const gone = await recordProcess(probe, 0x7fff_fffe);
    assert.equal(gone.processStart, undefined);
  });

  it('knows existence alone on other platforms', async () => {
    const other = createProcessProbe('openbsd');
    const states = await other.probe([process.pid, 0x7fff_fffe]);
    assert.deepEqual(states.get(process.pid), running(undefined, undefined));
    assert.deepEqual(states.get(0x7fff_fffe), { kind: 'gone' });
  });
});

function running(start: string | undefined, startedAtMs: number | undefined): ProcessState {
  return { kind: 'running', start, startedAtMs };
}
