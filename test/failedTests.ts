const maxShown = 20;
const maxLength = 300;

/** What mocha's reporter `spec` printed of each failed test: its titles and the first line of its error. */
export function failedTests(printed: string): readonly string[] {
  const [, ...reports] = printed.split(/^ {2}\d+ failing$/m);
  return reports.flatMap(failuresIn).slice(0, maxShown);
}

function failuresIn(report: string): readonly string[] {
  const [, ...failures] = report.split(/^ {2}\d+\) /m);
  return failures.map((failure) => {
    const lines = failure.split('\n').map((line) => line.trim());
    const last = lines.findIndex((line) => line.endsWith(':'));
    const error = lines.slice(last + 1).find((line) => line !== '') ?? '';
    const titles = lines.slice(0, last + 1).join(' › ');
    return `${titles} ${error}`.slice(0, maxLength);
  });
}
