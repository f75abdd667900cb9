/** A request that cannot be answered, with the HTTP status that says why. */
export class Refusal extends Error {
  constructor(
    readonly status: 400 | 404 | 405 | 413 | 429,
    message: string,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}
