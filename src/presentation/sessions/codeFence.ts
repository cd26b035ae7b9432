/** The fence of a block of code that a line may begin or end: backticks or tildes; empty for none. */
export function fenceOf(line: string): string {
  return /^\s{0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? '';
}

/** Whether a line ends the block that a fence has begun. */
export function endsFence(line: string, fence: string): boolean {
  const own = fenceOf(line);
  return own.startsWith(fence) && line.trim() === own;
}

/** The fence of the block in which a text ends; empty when it ends in none. @param fence that it begins in */
export function fenceAfter(text: string, fence = ''): string {
  let open = fence;
  for (const line of text.split('\n')) {
    if (open === '') open = fenceOf(line);
    else if (endsFence(line, open)) open = '';
  }
  return open;
}
