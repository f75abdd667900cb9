import { describe, expect, it } from 'vitest';
import { FeedbackRequest } from '../feedback/index.js';
import { InferRequest } from './open-inference.js';

const request = (changes: { id?: string; shape?: number[] }): object => ({
  id: changes.id ?? 'a',
  inputs: [{ name: 'item_ids', shape: changes.shape ?? [1], datatype: 'BYTES', data: ['1'] }],
});
const feedback = (at: string): object => ({ events: [{ endpoint: 'tags', unit: 'u', type: 'save', at }] });

describe('what PostgreSQL could not store is refused before it is logged', () => {
  it('a NUL in the request id, a number of images beyond its column', () => {
    expect(InferRequest.safeParse(request({})).success).toBe(true);
    expect(InferRequest.safeParse(request({ id: 'a\0b' })).success).toBe(false);
    expect(InferRequest.safeParse(request({ shape: [2 ** 31] })).success).toBe(false);
  });

  it('an event of the year 0', () => {
    expect(FeedbackRequest.safeParse(feedback('2026-01-01T00:00:00Z')).success).toBe(true);
    expect(FeedbackRequest.safeParse(feedback('0000-01-01T00:00:00Z')).success).toBe(false);
  });
});
