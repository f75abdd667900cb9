import type { PreflightReport } from '../api/schemas.js';
import { items } from './catalogue.js';

const shown = items.slice(0, 8);

/** A picture of 8 x 8 pixels would do as well: the page shows whatever the report holds. */
const pixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export const preflight: PreflightReport = {
  format: 'graft-preflight',
  formatVersion: 1,
  recipe: 'finetune',
  items: { train: 2592, validation: 324 },
  examples: shown.map(({ id, title, attributes }, index) => ({
    itemId: id,
    title,
    picture: pixel,
    vector: null,
    tokens: title
      .toLowerCase()
      .split(/\W+/)
      .filter(Boolean)
      .map((text, position, all) => ({ text, id: 97 * (position + index + 1), weight: 1 / all.length })),
    labels: Object.entries(attributes)
      .slice(0, 2)
      .map(([target, label], at) => ({ target, label, counted: (index + at) % 5 !== 3 })),
  })),
  texts: {
    length: 16,
    longest: 21,
    truncated: { items: 310, examples: shown.slice(0, 3).map(({ id }) => id) },
    empty: 2,
  },
  labels: [
    {
      target: 'style',
      classes: 12,
      unlabelled: 41,
      rarest: { label: 'brutalist', items: 3 },
      onlyInValidation: ['gothic'],
    },
    { target: 'pattern', classes: 6, unlabelled: 0, rarest: { label: 'plaid', items: 88 }, onlyInValidation: [] },
  ],
  duplicates: {
    pictures: { groups: 1, items: 2, examples: [[shown[0]!.id, shown[1]!.id]] },
    nearPictures: { groups: 1, items: 2, examples: [[shown[0]!.id, shown[1]!.id]] },
    titles: { groups: 0, items: 0, examples: [] },
  },
  leakage: {
    pictures: { items: 2, examples: [{ train: shown[2]!.id, validation: shown[3]!.id }] },
    nearPictures: { items: 2, examples: [{ train: shown[2]!.id, validation: shown[3]!.id }] },
    titles: { items: 0, examples: [] },
  },
  estimate: {
    totalSteps: 810,
    itemsPerStep: 64,
    stepSeconds: { median: 0.21, low: 0.19, high: 0.26, n: 5 },
    prepareSeconds: 6.2,
    validationSeconds: 9.4,
    totalSeconds: 185.7,
    peakMemoryBytes: 640 * 2 ** 20,
    memoryLimitBytes: 4096 * 2 ** 20,
    cpuSeconds: 362,
    cost: { currency: 'USD', perCpuHour: 0.04, value: 0.004 },
  },
  findings: [
    { level: 'problem', message: '2 of 324 validation items have the very picture of a training item.' },
    {
      level: 'warning',
      message: 'style: no training item has gothic, so these labels of validation items are never predicted.',
    },
    { level: 'note', message: 'style: 41 of 2592 training items have no label and are left out of its loss.' },
  ],
};
