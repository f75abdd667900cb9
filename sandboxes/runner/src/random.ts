/**
 * Seeded random numbers (sfc32 seeded through splitmix32). `Random.derive(seed, step)` makes an independent stream for each
 * step, so that a resumed run draws what an unbroken one would have drawn. Not for secrets.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number) {
    let state = seed >>> 0;
    const next = (): number => {
      state = (state + 0x9e3779b9) >>> 0;
      let mixed = state ^ (state >>> 16);
      mixed = Math.imul(mixed, 0x21f0aaad);
      mixed ^= mixed >>> 15;
      mixed = Math.imul(mixed, 0x735a2d97);
      return (mixed ^ (mixed >>> 15)) >>> 0;
    };
    this.a = next();
    this.b = next();
    this.c = next();
    for (let round = 0; round < 12; round += 1) this.uint32();
  }

  /** A stream of its own for each combination of keys. */
  static derive(seed: number, ...keys: number[]): Random {
    let mixed = seed >>> 0;
    for (const key of keys) mixed = (Math.imul(mixed ^ (key + 0x9e3779b9), 0x85ebca6b) ^ (mixed >>> 13)) >>> 0;
    return new Random(mixed);
  }

  uint32(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** Uniform in [0, 1). */
  next(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** A whole number in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** Standard normal (Box-Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** Fisher-Yates, in place. */
  shuffle<T extends { length: number; [index: number]: unknown }>(values: T): T {
    for (let last = values.length - 1; last > 0; last -= 1) {
      const chosen = this.below(last + 1);
      [values[last], values[chosen]] = [values[chosen], values[last]];
    }
    return values;
  }
}

/** 0..count-1 in random order. */
export function permutation(count: number, random: Random): Uint32Array {
  return random.shuffle(Uint32Array.from({ length: count }, (_, index) => index));
}
