const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How long, in the largest unit that fits: `42 s`, `5 min`, `3 h`, `12 d`. Negative counts as 0. */
export function shortDuration(ms: number): string {
  const span = Math.max(0, ms);
  if (span < minuteMs) return `${Math.floor(span / secondMs)} s`;
  if (span < hourMs) return `${Math.floor(span / minuteMs)} min`;
  if (span < 2 * dayMs) return `${Math.floor(span / hourMs)} h`;
  return `${Math.floor(span / dayMs)} d`;
}

/** The same for rows that are repainted rarely: nothing below a minute is told apart. */
export function coarseDuration(ms: number): string {
  return ms < minuteMs ? '<1 min' : shortDuration(ms);
}

/** A point in time as people write it, in their own zone: `2026-11-21 14:03:07`. */
export function localTime(epochMs: number): string {
  const at = new Date(epochMs);
  const pad = (value: number): string => String(value).padStart(2, '0');
  const date = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  return `${date} ${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
}
