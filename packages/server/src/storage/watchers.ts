/** Who wants to know about changes in this process. */

export type Watchers = {
  readonly add: (changed: (tenant: string | undefined) => void) => () => void;
  readonly tell: (tenant: string | undefined) => void;
};

/** `started` and `stopped` are called with the first watcher and after the last one. */
export function watchers(started: () => void, stopped: () => void): Watchers {
  const all = new Set<{ readonly changed: (tenant: string | undefined) => void }>();
  return {
    add: (changed) => {
      const entry = { changed };
      all.add(entry);
      if (all.size === 1) started();
      return () => {
        if (all.delete(entry) && all.size === 0) stopped();
      };
    },
    tell: (tenant) => {
      for (const { changed } of all) changed(tenant);
    },
  };
}
