/** The known name somebody most likely meant: Levenshtein's distance, with a limit above which a guess only confuses. */

/**
 * The nearest of the known names, or undefined when none is near: first by spelling, then the shortest that contains the name
 * (`user` for `username`). Letter case and `-` for `_` count for nothing.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > 64) return undefined;
  const wanted = plain(name);
  const ranked = known
    .map((candidate) => ({ candidate, distance: distance(wanted, plain(candidate)) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  const isNear = best && best.distance <= Math.max(2, Math.floor(wanted.length / 3)) && best.distance < wanted.length;
  return isNear ? best.candidate : containing(wanted, known);
}

function containing(wanted: string, known: readonly string[]): string | undefined {
  if (wanted.length < 2) return undefined;
  return known.filter((candidate) => plain(candidate).includes(wanted)).sort((a, b) => a.length - b.length)[0];
}

/** How many letters must be put in, taken out or replaced to make the one from the other. */
export function distance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = at(previous, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(at(previous, column) + 1, at(current, column - 1) + 1, replaced));
    }
    previous = current;
  }
  return at(previous, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}
