import { permutation, Random } from './random.js';

/**
 * The order in which training sees its items: pass after pass, each in a random order of its own. A position of the stream
 * always names the same item, so a resumed run goes on exactly where the killed one was.
 */
export class ItemStream {
  private pass = -1;
  private order: Uint32Array = new Uint32Array(0);

  constructor(
    private readonly count: number,
    private readonly seed: number,
  ) {}

  /** Indices of the items at positions `start` to `start + length - 1`. */
  take(start: number, length: number): Uint32Array {
    return Uint32Array.from({ length }, (_, offset) => this.at(start + offset));
  }

  private at(position: number): number {
    const pass = Math.floor(position / this.count);
    if (pass !== this.pass) {
      this.order = permutation(this.count, Random.derive(this.seed, pass));
      this.pass = pass;
    }
    return this.order[position % this.count] as number;
  }
}
