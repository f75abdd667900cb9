import { describe, expect, it } from 'vitest';
import { datasets } from '../fake/catalogue.js';
import { recipes, snapshots } from '../fake/experiments.js';
import { modelVersions } from '../fake/serving.js';
import { differingParameters } from './differingParameters.js';
import { referenceOptions } from './references.js';
import { fillTemplate } from './specDraft.js';
import { parseSpec, writeSpec } from './specYaml.js';

const template = recipes.templates[0]!;
const draft = fillTemplate(template, {
  dataset: 'catalogue',
  generic: 'generic',
  targets: ['style', 'pattern'],
  model: 'tagger',
});

describe('a template', () => {
  it('gets the workspace’s names, and all targets where it says TARGET', () => {
    expect(draft.steps[0]?.parameters).toMatchObject({
      dataset: 'dataset:generic',
      objective: { kind: 'classify', targets: ['style', 'pattern'] },
    });
    expect(draft.steps[1]?.parameters.dataset).toBe('dataset:catalogue');
    expect(JSON.stringify(draft)).not.toMatch(/DATASET|GENERIC|TARGET|MODEL/);
  });
});

describe('a spec as text', () => {
  it('survives the way to YAML and back', () => {
    expect(parseSpec(writeSpec(draft))).toEqual(draft);
  });

  it.each([
    ['name: x', 'steps is missing: expected a list.'],
    ['name: x\nsteps:\n  - recipe: embed\n    parameters: {}', 'steps.0.name is missing: expected a text.'],
    ['[1, 2]', 'Expected an object with name and steps.'],
  ])('says what is wrong with %j', (text, reason) => {
    expect(parseSpec(text)).toBe(reason);
  });

  it('says where YAML breaks', () => {
    expect(parseSpec('name: "x')).toMatch(/^Not YAML: /);
  });
});

describe('what a parameter can refer to', () => {
  const workspace = { datasets, modelVersions, snapshots };
  const vectors = draft.steps.findIndex((step) => step.name === 'vectors');

  it('offers datasets that have a version', () => {
    expect(referenceOptions('dataset', draft, 0, workspace)).toEqual(['dataset:catalogue', 'dataset:generic']);
  });

  it('offers what other steps make before what is registered, and never the step itself', () => {
    const options = referenceOptions('bundle', draft, vectors, workspace);
    expect(options.slice(0, 4)).toEqual(['step:stock', 'step:native', 'step:domain', 'step:swapped']);
    expect(options).toContain('model:tagger@champion');
    expect(referenceOptions('snapshot', draft, vectors, workspace)[0]).toBe('snapshot:latest');
  });
});

describe('parameters that differ', () => {
  it('names the path and every value, and nothing that is equal', () => {
    expect(
      differingParameters([
        { training: { epochs: 4, batchSize: 128 }, seed: 7 },
        { training: { epochs: 8, batchSize: 128 } },
      ]),
    ).toEqual([
      { path: 'training.epochs', values: ['4', '8'] },
      { path: 'seed', values: ['7', '–'] },
    ]);
  });
});
