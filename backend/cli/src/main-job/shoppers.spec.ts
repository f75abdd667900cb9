import { describe, expect, it } from 'vitest';
import { isRight, saves, simulation, visitAt } from './shoppers.js';

const items = ['a', 'b', 'c'];

describe('simulated shoppers', () => {
  it('come in the same order with the same luck every time, so that a job that was killed goes on where it stopped', () => {
    expect(visitAt(17, items)).toEqual(visitAt(17, items));
    expect(new Set(Array.from({ length: simulation.visits }, (_, n) => visitAt(n, items).unit)).size).toBe(
      simulation.shoppers,
    );
  });
  it('save more when the answer is right, and differ in luck', () => {
    const visits = Array.from({ length: 1000 }, (_, n) => visitAt(n, items));
    const share = (right: boolean): number => visits.filter((visit) => saves(visit, right)).length / visits.length;
    expect(share(true)).toBeCloseTo(simulation.saveWhenRight, 1);
    expect(share(false)).toBeCloseTo(simulation.saveWhenWrong, 1);
  });
  it('call an answer right when every label is', () => {
    const attributes = { category: 'chair', style: 'rustic', colour: 'red' };
    expect([
      isRight({ category: 'chair', style: 'rustic' }, attributes),
      isRight({ category: 'chair', style: 'deco' }, attributes),
      isRight({}, attributes),
    ]).toEqual([true, false, false]);
  });
});
