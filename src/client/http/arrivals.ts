const windowMs = 60_000;

/** Lets so many requests a minute in; `admit` gives the seconds to wait for the next one, or null. */
export function createArrivals(most: number, now: () => number = Date.now) {
  let began = now();
  let count = 0;
  return {
    admit(): number | null {
      const age = now() - began;
      if (age < 0 || age >= windowMs) {
        began = now();
        count = 0;
      }
      count += 1;
      return count <= most ? null : Math.ceil((began + windowMs - now()) / 1_000);
    },
  };
}
