import { describe, expect, it } from 'vitest';
import { planExperiment } from './experiment-plan.js';
import { preflightOf } from './experiment-preflight.js';
import { ExperimentSpec } from './experiment-spec.js';
import { recipeCatalogue } from './recipe-catalogue.js';
import { parseReference } from './reference.js';
import { inputsOf, withMounts } from './step-inputs.js';

const architecture = { width: 32, height: 32, patch: 8, dim: 32, depth: 1, heads: 2 };
const classify = { kind: 'classify', targets: ['colour'] };
const train = (name: string, more: object = {}) => ({
  name,
  recipe: 'finetune',
  parameters: { dataset: 'dataset:d', architecture, objective: classify, ...more },
});
const embed = (name: string, encoder: string, more: object = {}) => ({
  name,
  recipe: 'embed',
  parameters: { dataset: 'dataset:d', encoder, ...more },
});
const spec = (...steps: object[]): ExperimentSpec => ExperimentSpec.parse({ name: 'x', steps });
const order = (...steps: object[]): string[] => planExperiment(spec(...steps)).map(({ step }) => step.name);

describe('planning', () => {
  it('puts each step after those it needs, whatever their order in the file', () => {
    const swapped = {
      name: 'swapped',
      recipe: 'swap-encoder',
      parameters: { dataset: 'dataset:d', base: 'step:stock', snapshot: 'step:vectors', targets: ['colour'] },
    };
    const steps = [swapped, embed('vectors', 'step:stock'), train('stock')];
    expect(order(...steps)).toEqual(['stock', 'vectors', 'swapped']);
    expect(planExperiment(spec(...steps)).at(-1)?.dependsOn).toEqual(['stock', 'vectors']);
  });

  const refused: [name: string, steps: object[], message: RegExp][] = [
    ['two steps of one name', [train('a'), train('a')], /steps\[1\]\.name: expected a name that no other step has/],
    ['an unknown step', [embed('v', 'step:nowhere')], /steps\[0\]\.parameters\.encoder: expected one of the steps v/],
    [
      'a circle',
      [train('a', { base: 'step:b', architecture: null }), train('b', { base: 'step:a', architecture: null })],
      /circle/,
    ],
    ['a step that waits for itself', [train('a', { base: 'step:a', architecture: null })], /circle/],
    [
      'a snapshot in place of a bundle',
      [train('a'), embed('v', 'step:a'), embed('w', 'step:v')],
      /steps\[2\].*expected a bundle, found "step:v", a snapshot/,
    ],
    [
      'a dataset in place of a snapshot',
      [train('a'), embed('v', 'step:a', { previous: 'dataset:d' })],
      /previous: expected a snapshot/,
    ],
    [
      'neither base nor architecture',
      [train('a', { architecture: null })],
      /either base or architecture, found neither/,
    ],
    [
      'both base and architecture',
      [train('a'), train('b', { base: 'step:a' })],
      /either base or architecture, found both/,
    ],
    [
      'a registered snapshot',
      [train('a'), { ...embed('v', 'step:a'), register: { model: 'm' } }],
      /steps\[1\]\.register/,
    ],
    [
      'a registered preflight',
      [{ ...train('a', { preflight: true }), register: { model: 'm' } }],
      /steps\[0\]\.register: expected nothing for a preflight, which makes no bundle, found "?m/,
    ],
    [
      'a preflight in place of a bundle',
      [train('a', { preflight: true }), embed('v', 'step:a')],
      /steps\[1\]\.parameters\.encoder: expected a bundle, found "step:a", a preflight/,
    ],
    [
      'a swapped candidate without vectors',
      [
        train('a'),
        {
          name: 'e',
          recipe: 'evaluate',
          parameters: {
            dataset: 'dataset:d',
            targets: ['colour'],
            candidates: [{ name: 'c', role: 'swapped', bundle: 'step:a' }],
          },
        },
      ],
      /candidates\[0\]\.snapshot: expected the snapshot a swapped candidate reads/,
    ],
    [
      'an evaluation that asks nothing',
      [{ name: 'e', recipe: 'evaluate', parameters: { dataset: 'dataset:d' } }],
      /candidates: expected candidates to compare, or "retrieval", found neither/,
    ],
    [
      'candidates without targets',
      [
        train('a'),
        {
          name: 'e',
          recipe: 'evaluate',
          parameters: { dataset: 'dataset:d', candidates: [{ name: 'c', role: 'stock', bundle: 'step:a' }] },
        },
      ],
      /targets: expected attributes to compare the candidates on, found none/,
    ],
  ];
  it.each(refused)('refuses %s', (_name, steps, message) => {
    expect(() => order(...steps)).toThrow(message);
  });
});

describe('the preflight of an experiment', () => {
  const swapped = {
    name: 'swapped',
    recipe: 'swap-encoder',
    parameters: { dataset: 'dataset:d', base: 'step:stock', snapshot: 'step:vectors', targets: ['colour'] },
  };

  it('looks at the trainings whose inputs exist, and says why it leaves out the others', () => {
    const stock = { ...train('stock'), register: { model: 'tagger' } };
    const { preflight, skipped } = preflightOf(spec(stock, embed('vectors', 'step:stock'), swapped));
    expect(preflight.name).toBe('x (preflight)');
    expect(preflight.steps).toMatchObject([{ name: 'stock', recipe: 'finetune', parameters: { preflight: true } }]);
    expect(preflight.steps[0]).not.toHaveProperty('register');
    expect(skipped).toEqual([
      { step: 'vectors', reason: 'It trains nothing.' },
      { step: 'swapped', reason: 'It reads what stock and vectors will make.' },
    ]);
  });

  it('refuses a spec without such a training', () => {
    const only = embed('v', 'model:m@1');
    expect(() => preflightOf(spec(only))).toThrow(/steps: expected a training .*v: It trains nothing/);
  });
});

describe('the spec', () => {
  it('names fields it does not know', () => {
    const parsed = ExperimentSpec.safeParse({ name: 'x', steps: [train('a', { learningRat: 1 })] });
    expect(JSON.stringify(parsed.error?.issues)).toContain('learningRat');
  });

  it('fills in defaults', () => {
    const [step] = spec(train('a')).steps;
    expect(step?.parameters).toMatchObject({ base: null, training: { batchSize: 128 } });
  });
});

it('reads references', () => {
  expect(parseReference('dataset:catalogue@3')).toEqual({ kind: 'dataset', name: 'catalogue', version: 3 });
  expect(parseReference('model:tagger@champion')).toEqual({ kind: 'model', name: 'tagger', version: 'champion' });
  expect(parseReference('snapshot:latest')).toEqual({ kind: 'snapshot', id: 'latest' });
  for (const text of [
    '',
    'dataset',
    'dataset:',
    'dataset:a@x',
    'dataset:a@0',
    'model:a',
    'step:a@1',
    'file:/etc/passwd',
    'dataset:../x',
  ]) {
    expect(parseReference(text), text).toBeNull();
  }
});

it('mounts the encoder and the vectors that an evaluation asks', () => {
  const [, , step] = spec(train('a'), embed('v', 'step:a'), {
    name: 'e',
    recipe: 'evaluate',
    parameters: { dataset: 'dataset:d', retrieval: { encoder: 'step:a', snapshot: 'step:v' } },
  }).steps;
  expect(inputsOf(step!).map(({ mount, accepts }) => [mount, accepts])).toEqual([
    ['dataset', 'dataset'],
    ['retrieval-encoder', 'bundle'],
    ['retrieval-snapshot', 'snapshot'],
  ]);
});

it('replaces references by mounts, and by null where nothing was found', () => {
  const [step] = spec(embed('v', 'model:m@1', { previous: 'snapshot:latest' })).steps;
  const inputs = inputsOf(step!);
  expect(inputs.map(({ mount }) => mount)).toEqual(['dataset', 'encoder', 'previous']);
  expect(withMounts(step!.parameters, inputs, new Set(['dataset', 'encoder']))).toMatchObject({
    dataset: 'dataset',
    encoder: 'encoder',
    previous: null,
  });
});

describe('the catalogue of recipes', () => {
  it('has templates that can be planned', () => {
    for (const { spec: template } of recipeCatalogue.templates)
      expect(() => planExperiment(ExperimentSpec.parse(template))).not.toThrow();
  });

  it('describes parameters well enough to build a form from', () => {
    for (const { schema } of recipeCatalogue.items)
      expect(schema).toMatchObject({ type: 'object', properties: { dataset: { type: 'string' } } });
  });
});
