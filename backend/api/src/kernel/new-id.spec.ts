import { expect, it } from 'vitest';
import { newId } from './new-id.js';

it('writes version 7, the RFC variant and the time', () => {
  const id = newId(0x0123_4567_89ab);
  expect(id).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

it('sorts by age', () => {
  expect(newId(1_000) < newId(2_000)).toBe(true);
});
