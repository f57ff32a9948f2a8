/** Work that comes round again while the process lives, off the path of requests. */

/** Works every so often until stopped, never twice at the same time; stopping waits for the work under way. The work handles its own failures. */
export function repeat(everyMilliseconds: number, work: (stopped: () => boolean) => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let over = false;
  const timer = setInterval(() => {
    running ??= work(() => over).finally(() => {
      running = undefined;
    });
  }, everyMilliseconds);
  timer.unref();
  return async () => {
    over = true;
    clearInterval(timer);
    await running;
  };
}
