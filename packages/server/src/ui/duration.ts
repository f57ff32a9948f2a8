/** How long something lasts, in the largest unit that tells it without a fraction worth mentioning. */
import type { Translator } from './translate.ts';

/** Takes seconds; answers words that fit into "for ...". Under two days are hours, under two hours are minutes unless they are whole hours. */
export function duration(seconds: number, t: Translator['t']): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes >= 48 * 60) return t('duration.days', { count: Math.round(minutes / (24 * 60)) });
  if (minutes >= 120 || minutes === 60) return t('duration.hours', { count: Math.round(minutes / 60) });
  return t('duration.minutes', { count: minutes });
}
