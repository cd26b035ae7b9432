import { appendFileSync } from 'node:fs';
import { format } from 'node:util';

import Mocha from 'mocha';

import type { HostReportLine } from './hostReport.ts';

const testTimeoutMs = 60_000;

/** A test file as it is inside the bundle: nothing of it runs before `load()`. */
export interface BundledTests {
  readonly file: string;
  readonly load: () => unknown;
}

/**
 * Runs the tests inside the extension host that calls this, and writes what mocha prints to the
 * report file line by line. Rejects when a test failed, which ends the host with an error.
 */
export async function runMocha(bundled: readonly BundledTests[]): Promise<void> {
  // The reporter is the only one that uses it; the host's console may not reach anybody.
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => {
    report({ type: 'line', text: format(...args) });
  };
  const grep = process.env.HEDDLE_HOST_GREP;
  const mocha = new Mocha({
    ui: 'bdd',
    reporter: 'spec',
    color: process.env.HEDDLE_HOST_COLOR === '1',
    timeout: testTimeoutMs,
    ...(grep === undefined || grep === '' ? {} : { grep }),
  });
  for (const { file, load } of bundled) {
    mocha.suite.emit('pre-require', globalThis, file, mocha);
    mocha.suite.emit('require', load(), file, mocha);
    mocha.suite.emit('post-require', globalThis, file, mocha);
  }

  let ran = 0;
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.on('test end', (test) => {
      if (!test.isPending()) ran += 1;
    });
  });
  report({ type: 'end', ran, failures });
  if (failures > 0) throw new Error(`${failures} host tests failed`);
}

function report(line: HostReportLine): void {
  appendFileSync(process.env.HEDDLE_HOST_REPORT ?? '', `${JSON.stringify(line)}\n`);
}
