import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { environment } from '../environment.js';
import { locateProblem, parseExperiment } from './experiment-file.js';

const text = 'name: x\nsteps:\n  - name: a\n    recipe: embed\n    parameters:\n      dataset: dataset:catalogue\n';

describe('experiment file', () => {
  it('knows the line of a field, in either way of writing it, and of the nearest parent of one that is missing', () => {
    const { lineOf } = parseExperiment(text, 'x.yaml');
    expect([
      lineOf('steps.0.parameters.dataset'),
      lineOf('steps[0].recipe'),
      lineOf('steps.0.parameters.encoder'),
      lineOf('nothing'),
    ]).toEqual([6, 4, 6, undefined]);
  });
  it('puts the line beside the field of a problem', () => {
    const problem = {
      type: 'about:blank',
      traceId: '',
      title: 't',
      status: 422,
      code: 'c',
      detail: 'd',
      errors: [{ field: 'steps.0.recipe', expected: '', found: '', message: '' }],
    };
    expect(locateProblem(problem, parseExperiment(text, 'x.yaml')).errors?.[0]?.field).toBe('steps.0.recipe (line 4)');
  });
  it.each([
    ['name: [', 'x.yaml, line 1: expected YAML'],
    ['a: 1\na: 2', 'x.yaml, line 2: expected YAML'],
    ['- a', 'x.yaml: expected a mapping with name and steps, found a list'],
    ['name: x', 'x.yaml: expected steps, a list with at least one step, found nothing'],
  ])('refuses %j', (bad, message) => {
    expect(() => parseExperiment(bad, 'x.yaml')).toThrow(message);
  });
});

interface Step {
  name: string;
  recipe: string;
  parameters: Record<string, unknown> & { training?: { epochs: number } };
}

describe.each(['demo.yaml', 'fashion-products.yaml'])('%s', (name) => {
  it('gives the fine-tuned stock model as many passes over the pictures as the swapped side has', async () => {
    const { spec } = parseExperiment(await readFile(`${environment.experimentsFolder}/${name}`, 'utf8'), name);
    const steps = new Map((spec['steps'] as Step[]).map((step) => [step.name, step]));
    const epochs = (step: string): number => steps.get(step)?.parameters.training?.epochs ?? NaN;
    const embedPasses = 1;
    expect(epochs('tuned')).toBe(epochs('domain') + embedPasses);
  });
  it('asks all three models for the same targets on items that none was trained on', async () => {
    const { spec } = parseExperiment(await readFile(`${environment.experimentsFolder}/${name}`, 'utf8'), name);
    const steps = new Map((spec['steps'] as Step[]).map((step) => [step.name, step.parameters]));
    const compare = steps.get('compare');
    expect(compare?.['split']).not.toBe('train');
    expect(steps.get('swapped')?.['targets']).toEqual(compare?.['targets']);
    expect(steps.get('tuned')?.['objective']).toMatchObject({ targets: compare?.['targets'] });
  });
});
