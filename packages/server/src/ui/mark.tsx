/** The mark: a disc broken in two along a jagged line, the halves a hair apart; one in ink, one in accent. Colours are the stylesheet's. */

/** Purely decorative wherever it stands: the name beside it says the same to who cannot see it. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
      <path class="mark-ink" d="M17.1 1.04A15 15 0 0 0 13.5 30.79L15.9 26.2 12.5 21.4 17.3 17.2 12.9 12.3 17.7 7.2Z" />
      <path class="mark-accent" d="M18.5 1.21A15 15 0 0 1 14.9 30.96L17.5 26.1 14.2 21.6 19.1 17.2 14.7 12.3 19.4 7.3Z" />
    </svg>
  );
}
