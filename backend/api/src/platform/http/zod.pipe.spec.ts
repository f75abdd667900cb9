import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DomainError } from '../../kernel/index.js';
import { parseInput } from './zod.pipe.js';

const Variant = z.strictObject({
  name: z.string(),
  weight: z.number().min(0).max(1),
  role: z.enum(['control', 'treatment']),
});
const Endpoint = z.strictObject({
  name: z.string().min(3),
  password: z.string().min(12).optional(),
  variants: z.array(Variant).min(1),
});

function refusal(value: unknown, root?: string): DomainError {
  try {
    parseInput(Endpoint, value, root);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('It was accepted');
}

describe('parseInput', () => {
  it('names the field, what was expected and what was found', () => {
    expect(refusal({ name: 'tagger', variants: [{ name: 'a', weight: 2, role: 'control' }] }).errors).toEqual([
      {
        field: 'variants[0].weight',
        expected: 'at most 1',
        found: '2',
        message: 'variants[0].weight: expected at most 1, found 2',
      },
    ]);
  });

  it('lists the values of a choice', () => {
    expect(refusal({ name: 'tagger', variants: [{ name: 'a', weight: 1, role: 'boss' }] }).message).toBe(
      'variants[0].role: expected one of control, treatment, found "boss"',
    );
  });

  it('refuses a field nobody knows by its name', () => {
    expect(
      refusal({ name: 'tagger', variants: [{ name: 'a', weight: 1, role: 'control', wieght: 1 }] }).errors[0]?.field,
    ).toBe('variants[0].wieght');
  });

  it('says that a field is missing', () => {
    expect(refusal({ name: 'tagger' }).message).toBe('variants: expected array, found nothing');
  });

  it('does not show what may be a secret', () => {
    expect(
      refusal({ name: 'tagger', password: 'short', variants: [{ name: 'a', weight: 1, role: 'control' }] }).message,
    ).not.toContain('short');
  });

  it('puts the name of the parameter first', () => {
    expect(refusal(3, 'options').errors[0]?.field).toBe('options');
  });
});
