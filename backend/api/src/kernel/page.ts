/** Which part of a list is wanted. */
export interface PageRequest<Sort extends string = string> {
  /** Counts from 1. */
  readonly page: number;
  readonly perPage: number;
  readonly sort: Sort;
  readonly order: 'asc' | 'desc';
}

export interface Page<T> {
  readonly items: T[];
  /** Number of records that match, on all pages together. */
  readonly total: number;
}

/** Offset and limit of a page, as SQL wants them. */
export function window(request: PageRequest): { skip: number; take: number } {
  return { skip: (request.page - 1) * request.perPage, take: request.perPage };
}
