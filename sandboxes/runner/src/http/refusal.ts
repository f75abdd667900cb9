/** Which field of a request is at fault, what it should have been and what it was. */
export interface RefusedField {
  readonly field: string;
  readonly expected: string;
  readonly found: string;
}

/** A request that cannot be answered, with the HTTP status that says why. */
export class Refusal extends Error {
  constructor(
    readonly status: 400 | 404 | 405 | 409 | 413 | 422 | 429,
    message: string,
    readonly at: RefusedField = { field: '', expected: '', found: '' },
  ) {
    super(message);
    this.name = 'Refusal';
  }

  /** A field whose value cannot be used. */
  static of(at: RefusedField): Refusal {
    return new Refusal(422, `${at.field}: expected ${at.expected}, found ${at.found}`, at);
  }
}
