const maxShown = 20;
const maxLength = 600;

/** What mocha's reporter `spec` printed of each failed test: its titles and its error without the stack. */
export function failedTests(printed: string): readonly string[] {
  const [, ...reports] = printed.split(/^ {2}\d+ failing$/m);
  return reports.flatMap(failuresIn).slice(0, maxShown);
}

function failuresIn(report: string): readonly string[] {
  const [, ...failures] = report.split(/^ {2}\d+\) /m);
  return failures.map((failure) => {
    const lines = failure.split('\n').map((line) => line.trim());
    const last = lines.findIndex((line) => line.endsWith(':'));
    const titles = lines.slice(0, last + 1).join(' › ');
    const stack = lines.findIndex((line) => line.startsWith('at '));
    const error = lines.slice(last + 1, stack < 0 ? undefined : stack);
    return `${titles} ${error.filter((line) => line !== '').join(' ')}`.slice(0, maxLength);
  });
}
