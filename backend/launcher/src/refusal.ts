/** Something the person at the terminal can put right: its message says what was found and what to do, and needs no stack. */
export class Refusal extends Error {
  override name = 'Refusal';
}
