import { LineChild } from './lineChild.ts';

/** util-linux's `flock`, holding a lock file until it is told to finish. Resolves once it holds it. */
export async function holdWithFlock(lockPath: string): Promise<LineChild> {
  const holder = await LineChild.start('flock', [lockPath, 'sh', '-c', 'echo \'"held"\'; cat']);
  if ((await holder.answer()) !== 'held') throw new Error(`flock does not hold ${lockPath}`);
  return holder;
}

/** The same for a moment. Resolves when it has let go. */
export async function holdBriefly(lockPath: string, seconds: number): Promise<void> {
  const holder = await LineChild.start('flock', [lockPath, 'sleep', String(seconds)]);
  const { code } = await holder.end;
  if (code !== 0) throw new Error(`flock ended with ${String(code)}`);
}
