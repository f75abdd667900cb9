// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router-dom';
import { afterEach, describe, expect, it } from 'vitest';
import type { Analysis } from '../api/schemas.js';
import { analysis } from '../fake/serving.js';
import { AnalysisFigures } from './AnalysisSection.js';
import { outcomeWords, sampleRatioState } from './outcomeWords.js';

afterEach(cleanup);

const show = (change: Partial<Analysis> = {}) =>
  render(
    <MemoryRouter>
      <AnalysisFigures analysis={{ ...analysis, ...change }} />
    </MemoryRouter>,
  );

describe('an analysis in words', () => {
  it('says the outcome, the server’s sentence and what to do next', () => {
    show();
    expect(screen.getByText('Better')).toBeTruthy();
    expect(screen.getByText(analysis.sentence)).toBeTruthy();
    expect(screen.getByText(outcomeWords.pass.advice)).toBeTruthy();
    expect(screen.getByRole('img', { name: 'Difference +6.13%, interval +1.02% to +11.24%' })).toBeTruthy();
  });

  it('never calls missing evidence a pass', () => {
    show({ outcome: 'inconclusive', comparisons: [] });
    expect(screen.getByText('Not enough evidence')).toBeTruthy();
    expect(screen.queryByText('Better')).toBeNull();
  });

  it('warns of a broken split before anything else counts', () => {
    show({ sampleRatio: { chiSquare: 18.18, pValue: 0.00002 } });
    expect(screen.getByText('Split broken.')).toBeTruthy();
  });
});

describe('the split', () => {
  it('is unchecked without a test, and fine above the threshold', () => {
    expect(sampleRatioState({ sampleRatio: null, variants: analysis.variants }).title).toBe('Split not checked');
    expect(sampleRatioState(analysis)).toMatchObject({
      tone: 'good',
      sentence: 'native 50.3 %, meant 50 %; swapped 49.7 %, meant 50 % (p = 0.744).',
    });
  });
});
