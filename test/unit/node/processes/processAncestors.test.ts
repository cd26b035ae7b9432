import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { ListedProcess } from '../../../../src/core/harness/discovery/listedProcess.ts';
import { parseDarwinListing } from '../../../../src/node/processes/darwinProcesses.ts';
import {
  parseProcCmdline,
  parseProcStat,
  readLinuxProcess,
} from '../../../../src/node/processes/linuxProcesses.ts';
import { ancestorsBy, ancestorsOf } from '../../../../src/node/processes/processAncestors.ts';
import {
  parseWindowsListing,
  splitWindowsCommandLine,
} from '../../../../src/node/processes/windowsProcesses.ts';

describe('ancestorsBy', () => {
  function table(parents: Readonly<Record<number, number>>): {
    readonly read: (pid: number) => ListedProcess | undefined;
    readonly asked: number[];
  } {
    const asked: number[] = [];
    const read = (pid: number): ListedProcess | undefined => {
      asked.push(pid);
      const parentPid = parents[pid];
      return parentPid === undefined
        ? undefined
        : { pid, parentPid, name: `p${pid}`, args: [], executable: undefined };
    };
    return { read, asked };
  }
  const pids = (listed: Iterable<ListedProcess>): readonly number[] =>
    [...listed].map(({ pid }) => pid);

  it('goes from the parent to the root', () => {
    assert.deepEqual(pids(ancestorsBy(table({ 9: 5, 5: 2, 2: 1, 1: 0 }).read, 9)), [5, 2, 1]);
  });

  it('reads no process before it is asked for', () => {
    const { read, asked } = table({ 9: 5, 5: 2, 2: 1, 1: 0 });
    for (const { pid } of ancestorsBy(read, 9)) if (pid === 5) break;
    assert.deepEqual(asked, [9, 5]);
  });

  it('ends where a process has vanished or is hidden', () => {
    assert.deepEqual(pids(ancestorsBy(table({ 9: 5, 5: 2 }).read, 9)), [5]);
    assert.deepEqual(pids(ancestorsBy(table({}).read, 9)), []);
  });

  it('ends where ids go in a circle, also through the process itself', () => {
    assert.deepEqual(pids(ancestorsBy(table({ 9: 5, 5: 2, 2: 5 }).read, 9)), [5, 2]);
    assert.deepEqual(pids(ancestorsBy(table({ 9: 5, 5: 9 }).read, 9)), [5]);
    assert.deepEqual(pids(ancestorsBy(table({ 9: 9 }).read, 9)), []);
  });

  it('ends at a depth that no real chain has', () => {
    const read = (pid: number): ListedProcess => ({
      pid,
      parentPid: pid + 1,
      name: '',
      args: [],
      executable: undefined,
    });
    assert.equal(pids(ancestorsBy(read, 10)).length, 64);
  });

  it('knows the own parent although nothing can be read of the own process', () => {
    const { read, asked } = table({ [process.ppid]: 0 });
    assert.deepEqual(pids(ancestorsBy(read, process.pid)), [process.ppid]);
    assert.deepEqual(asked, [process.ppid]);
  });
});

describe('ancestorsOf', () => {
  if (process.platform !== 'win32') {
    it('finds this process above a process that a shell started for it', async () => {
      const script = 'console.log(process.pid); setInterval(() => {}, 1000)';
      const shell = spawn('sh', ['-c', `"$0" -e '${script}'; true`, process.execPath], {
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      });
      try {
        const [line] = (await once(createInterface(shell.stdout), 'line')) as [string];
        const chain = [...(await ancestorsOf(Number(line)))];
        assert.equal(chain[0]?.pid, shell.pid);
        assert.equal(chain[0]?.args[1], '-c');
        assert.equal(chain[1]?.pid, process.pid);
        assert.equal(chain[1].parentPid, process.ppid);
      } finally {
        if (shell.pid !== undefined) process.kill(-shell.pid, 'SIGKILL');
      }
    });
  }

  it('finds nobody above a process that is gone', async () => {
    assert.deepEqual([...(await ancestorsOf(0x7fff_fffe))], []);
  });

  it('finds nobody on a platform that it does not know', async () => {
    assert.deepEqual([...(await ancestorsOf(process.pid, 'aix'))], []);
  });
});

describe('parseProcStat', () => {
  for (const name of ['node', 'a b', '(', ')', ') R 1', 'x) (y', 'two\nlines', 'é\u0001']) {
    it(`reads the parent of a process called ${JSON.stringify(name)}`, () => {
      assert.deepEqual(parseProcStat(`42 (${name}) S 17 42 42 0 -1\n`), { name, parentPid: 17 });
    });
  }

  it('reads nothing from what is cut off', () => {
    for (const text of ['', '42', '42 (node', '42 (node)', '42 (node) S', ')(']) {
      assert.equal(parseProcStat(text), undefined, text);
    }
  });
});

describe('parseProcCmdline', () => {
  it('keeps arguments with spaces and line breaks, and empty ones between others', () => {
    assert.deepEqual(parseProcCmdline('node\0-e\0a b\nc\0\0x\0'), [
      'node',
      '-e',
      'a b\nc',
      '',
      'x',
    ]);
  });

  it('drops what a program that renamed itself leaves behind its name', () => {
    assert.deepEqual(parseProcCmdline('claude\0\0\0\0\0'), ['claude']);
    assert.deepEqual(parseProcCmdline(''), []);
  });
});

describe('readLinuxProcess', () => {
  if (process.platform === 'linux') {
    it('reads this process as it was started', () => {
      const own = readLinuxProcess(process.pid);
      assert.equal(own?.parentPid, process.ppid);
      assert.equal(own.executable, process.execPath);
      assert.ok(own.args.length > 0);
    });
  }

  it('reads nothing of a process that does not exist', () => {
    assert.equal(readLinuxProcess(0x7fff_fffe), undefined);
  });
});

describe('parseDarwinListing', () => {
  const paths = [
    '    1     0 /sbin/launchd',
    '  501     1 /Applications/Visual Studio Code.app/Contents/MacOS/Code Helper (Plugin)',
    '  777   501 node',
    'garbage',
    '',
  ].join('\n');
  const commands = [
    '    1 /sbin/launchd',
    '  501 /Applications/Visual Studio Code.app/Contents/MacOS/Code Helper (Plugin) --type=utility',
    '  777 node /usr/local/bin/codex  exec',
  ].join('\n');
  const listed = parseDarwinListing(paths, commands);

  it('keeps a program whose path has spaces in one piece', () => {
    const program = '/Applications/Visual Studio Code.app/Contents/MacOS/Code Helper (Plugin)';
    assert.deepEqual(listed.get(501), {
      pid: 501,
      parentPid: 1,
      name: 'Code Helper (Plugin)',
      args: [program, '--type=utility'],
      executable: program,
    });
  });

  it('names no file for a program that was found by its name', () => {
    assert.deepEqual(listed.get(777), {
      pid: 777,
      parentPid: 501,
      name: 'node',
      args: ['node', '/usr/local/bin/codex', 'exec'],
      executable: undefined,
    });
  });

  it('lists nothing for lines that say nothing', () => assert.equal(listed.size, 3));
});

describe('parseWindowsListing', () => {
  const row = (p: number, q: number, t: number): object => ({
    p,
    q,
    t,
    n: 'node.exe',
    e: 'C:\\Program Files\\nodejs\\node.exe',
    c: '"C:\\Program Files\\nodejs\\node.exe" cli.js',
  });

  it('reads processes with their arguments', () => {
    const listed = parseWindowsListing(`\ufeff${JSON.stringify([row(8, 4, 200), row(4, 0, 100)])}`);
    assert.deepEqual(listed.get(8), {
      pid: 8,
      parentPid: 4,
      name: 'node.exe',
      args: ['C:\\Program Files\\nodejs\\node.exe', 'cli.js'],
      executable: 'C:\\Program Files\\nodejs\\node.exe',
    });
  });

  it('takes no parent that began after its child, for its id was given away', () => {
    const listed = parseWindowsListing(JSON.stringify([row(8, 4, 200), row(4, 0, 300)]));
    assert.equal(listed.get(8)?.parentPid, 0);
  });

  it('reads a single process, and nothing from what is no listing', () => {
    assert.equal(parseWindowsListing(JSON.stringify(row(8, 4, 200))).size, 1);
    for (const text of ['', '[', 'null', '[null, 1, {"p": "x"}]']) {
      assert.equal(parseWindowsListing(text).size, 0, text);
    }
  });
});

describe('splitWindowsCommandLine', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['a b  c', ['a', 'b', 'c']],
    ['"C:\\Program Files\\x.exe" /c', ['C:\\Program Files\\x.exe', '/c']],
    ['a "" b', ['a', '', 'b']],
    ['say \\"hi\\"', ['say', '"hi"']],
    ['"dir\\\\" next', ['dir\\', 'next']],
    ['x="a b"c', ['x=a bc']],
    ['C:\\a\\b\\', ['C:\\a\\b\\']],
    ['', []],
  ];
  for (const [line, args] of cases) {
    it(`splits ${JSON.stringify(line)}`, () => {
      assert.deepEqual(splitWindowsCommandLine(line), args);
    });
  }
});
