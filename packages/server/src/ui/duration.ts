/** How long something lasts, in the largest unit that tells it without a fraction worth mentioning. */
import type { Translator } from './translate.ts';

/** Takes seconds; answers words that fit into "for ...". Under two days are hours, under two hours are minutes unless they are whole hours. */
export function duration(seconds: number, t: Translator['t']): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes >= 48 * 60) return t('duration.days', { count: Math.round(minutes / (24 * 60)) });
  if (minutes >= 120 || minutes === 60) return t('duration.hours', { count: Math.round(minutes / 60) });
  return t('duration.minutes', { count: minutes });
}

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** `3 hours ago`, in a language; takes seconds. Needs no time zone, and we do not know the person's. */
export function ago(seconds: number, language: string): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const [unit, length] = units.find(([, length]) => seconds >= length) ?? ['minute', 60];
  return format.format(-Math.floor(seconds / length), unit);
}
