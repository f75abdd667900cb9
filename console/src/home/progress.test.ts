import { describe, expect, it } from 'vitest';
import { datasets } from '../fake/catalogue.js';
import { experiments } from '../fake/experiments.js';
import { rollouts } from '../fake/rollouts.js';
import { endpoints } from '../fake/serving.js';
import { mainJobPath } from './progress.js';

const nothing = { datasets: [], experiments: [], endpoints: [], rollouts: [] };

describe('the path of the main job', () => {
  it('starts with the import', () => {
    expect(mainJobPath(nothing).map((step) => step.state)).toEqual(['now', 'later', 'later', 'later']);
  });

  it('does not count a dataset without a version', () => {
    expect(
      mainJobPath({ ...nothing, datasets: datasets.filter((dataset) => dataset.latestVersion === null) })[0]?.state,
    ).toBe('now');
  });

  it('leads to the request that waits', () => {
    const path = mainJobPath({ datasets, experiments, endpoints, rollouts });
    expect(path.map((step) => step.state)).toEqual(['done', 'done', 'done', 'now']);
    expect(path[3]).toMatchObject({ action: 'Review it', detail: '1 request waiting for a decision' });
  });
});
