import { describe, expect, it } from 'vitest';
import { cropBetween, emptyQuestion, requestOf } from './question.js';

const picture = { name: 'shoe.png', url: 'data:image/png;base64,QUJD' };

describe('requestOf', () => {
  it('is nothing while nothing was asked', () => {
    expect(requestOf({ ...emptyQuestion, text: '  ', filters: { colour: 'red' } })).toBeNull();
  });

  it('sends the picture without the head of its data URI, and filters that were chosen', () => {
    const request = requestOf({ ...emptyQuestion, picture, filters: { colour: 'red', style: '' } });
    expect(request).toMatchObject({ picture: 'QUJD', filters: { colour: ['red'] } });
    expect(request).not.toHaveProperty('text');
    expect(request).not.toHaveProperty('weights');
  });

  it('weighs words against what is seen, and takes a picture before an item', () => {
    const request = requestOf({
      ...emptyQuestion,
      picture,
      item: { id: 'a', title: 'A' },
      text: 'but blue',
      said: 0.25,
    });
    expect(request).toMatchObject({ text: 'but blue', weights: { seen: 1.5, said: 0.5 } });
    expect(request).not.toHaveProperty('item');
  });

  it('drops the crop of a picture that is gone', () => {
    const crop = { x: 0, y: 0, width: 0.5, height: 0.5 };
    expect(requestOf({ ...emptyQuestion, crop, text: 'shoe' })).not.toHaveProperty('crop');
  });
});

describe('cropBetween', () => {
  it('takes corners in any order and stays inside the picture', () => {
    expect(cropBetween({ x: 0.8, y: 1.4 }, { x: 0.2, y: 0.5 })).toEqual({ x: 0.2, y: 0.5, width: 0.6, height: 0.5 });
  });

  it('takes a click for no crop', () => {
    expect(cropBetween({ x: 0.5, y: 0.5 }, { x: 0.51, y: 0.9 })).toBeNull();
  });
});
