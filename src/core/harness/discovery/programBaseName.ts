/** The last name of a path of any platform, without the ending of a Windows program. */
export function programBaseName(path: string): string {
  const start = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1;
  return path.slice(start).replace(/\.(?:exe|cmd)$/i, '');
}
