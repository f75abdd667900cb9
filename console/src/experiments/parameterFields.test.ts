import { describe, expect, it } from 'vitest';
import { recipes } from '../fake/experiments.js';
import { fieldLabel, initialObject, readFields, type Field } from './parameterFields.js';

const schemaOf = (recipe: string): unknown => recipes.items.find((entry) => entry.recipe === recipe)?.schema;
const fieldsOf = (recipe: string): Record<string, Field> =>
  Object.fromEntries(readFields(schemaOf(recipe)).map(({ name, field }) => [name, field]));

describe('the fields of a recipe', () => {
  it('knows which parameters refer to other artifacts', () => {
    expect(fieldsOf('embed')).toMatchObject({
      dataset: { kind: 'reference', to: 'dataset' },
      encoder: { kind: 'reference', to: 'bundle' },
      previous: { kind: 'reference', to: 'snapshot', nullable: true },
      batchSize: { kind: 'number', integer: true, min: 1, max: 1024, default: 64 },
    });
  });

  it('reads a choice by its constant, with the fields of each variant', () => {
    const objective = fieldsOf('finetune').objective;
    expect(objective).toMatchObject({
      kind: 'choice',
      tag: 'kind',
      variants: [{ name: 'classify' }, { name: 'contrastive' }],
    });
  });

  it('keeps an optional object optional', () => {
    expect(fieldsOf('finetune').architecture).toMatchObject({ kind: 'object', nullable: true });
  });

  it('reads lists of objects and of numbers', () => {
    expect(fieldsOf('evaluate')).toMatchObject({
      candidates: { kind: 'list', item: { kind: 'object' } },
      imagesPerRequest: { kind: 'list', item: { kind: 'number' }, default: [1, 5, 10, 20, 40] },
      split: { kind: 'enum', options: ['train', 'val', 'test'], default: 'val' },
    });
  });

  it('follows a local $ref', () => {
    const [size] = readFields({
      type: 'object',
      properties: { size: { $ref: '#/$defs/Size' } },
      $defs: { Size: { type: 'integer', minimum: 2 } },
    });
    expect(size?.field).toMatchObject({ kind: 'number', integer: true, min: 2 });
  });

  it('starts with what is required and leaves defaults to the recipe', () => {
    expect(initialObject(readFields(schemaOf('embed')))).toEqual({ dataset: '', encoder: '' });
    expect(initialObject(readFields(schemaOf('finetune')))).toMatchObject({
      objective: { kind: 'classify', targets: [] },
    });
  });

  it('is empty for something that is no schema', () => {
    expect(readFields('no schema')).toEqual([]);
  });

  it('makes a label of a name', () => {
    expect(fieldLabel('imagesPerRequest')).toBe('Images per request');
  });
});
