import type { Report } from '../api/schemas.js';
import { items } from './catalogue.js';

const targets = ['style', 'pattern'];
const sizes = [1, 5, 10, 20, 40];
const interval = (value: number, half: number, n: number) => ({ value, low: value - half, high: value + half, n });
const native = (size: number) => 3.1 + size * 4.9;
const swapped = (size: number) => 0.9 + size * 0.09;
const candidates = [
  { name: 'stock', base: 0.412, latency: native },
  { name: 'stock-tuned', base: 0.655, latency: (size: number) => native(size) * 1.01 },
  { name: 'swapped', base: 0.814, latency: swapped },
];

const share = (value: number, n = 312) => ({ value, low: value - 0.02, high: value + 0.02, n });

const retrieval: Report['retrieval'] = {
  spaceId: 'sp_9c41aa03be7710ddaa11bb2233445566',
  dim: 128,
  galleryCount: 3240,
  judgedCount: 324,
  textToImage: { r1: share(0.21), r10: share(0.58), mrr: share(0.33), random: { r1: 0.0003, r10: 0.003 } },
  valuesToImages: [
    {
      attribute: 'category',
      judged: share(0.95),
      allJudged: share(0.93),
      ceiling: 0.98,
      gallery: share(0.97),
      random: 0.17,
    },
    {
      attribute: 'colour',
      judged: share(0.88),
      allJudged: share(0.84),
      ceiling: 0.96,
      gallery: share(0.91),
      random: 0.13,
    },
    {
      attribute: 'style',
      judged: share(0.47),
      allJudged: share(0.45),
      ceiling: 0.99,
      gallery: share(0.6),
      random: 0.2,
    },
  ],
  imageToImage: {
    attributes: ['category', 'colour'],
    precision: [
      { by: 'encoder', p10: share(0.81) },
      { by: 'histogram', p10: share(0.34) },
      { by: 'pixels', p10: share(0.29) },
      { by: 'random', p10: share(0.03) },
    ],
  },
  prefixes: [16, 32, 64, 128].map((dim, index) => ({
    dim,
    r1: 0.12 + 0.03 * index,
    r10: 0.4 + 0.06 * index,
    mrr: 0.2 + 0.04 * index,
  })),
};

export const report: Report = {
  format: 'graft-evaluation',
  formatVersion: 1,
  split: 'val',
  targets,
  itemCount: 324,
  accuracy: candidates.map(({ name, base }) => ({
    candidate: name,
    overall: interval(base, 0.031, 324),
    perTarget: { style: interval(base - 0.06, 0.05, 324), pattern: interval(base + 0.06, 0.04, 324) },
  })),
  paired: [
    {
      a: 'stock',
      b: 'swapped',
      difference: interval(0.402, 0.044, 324),
      relative: interval(0.976, 0.13, 324),
      pValue: 0.0005,
      mcnemar: { style: { onlyA: 11, onlyB: 138, pValue: 1e-12 }, pattern: { onlyA: 19, onlyB: 142, pValue: 1e-11 } },
    },
    {
      a: 'stock-tuned',
      b: 'swapped',
      difference: interval(0.159, 0.037, 324),
      relative: interval(0.243, 0.06, 324),
      pValue: 0.0005,
      mcnemar: { style: { onlyA: 22, onlyB: 71, pValue: 3e-7 }, pattern: { onlyA: 18, onlyB: 72, pValue: 8e-9 } },
    },
  ],
  control: { candidate: 'swapped', shuffled: interval(0.231, 0.028, 324), chance: 0.226, majority: 0.268 },
  latency: candidates.flatMap(({ name, latency }) =>
    sizes.map((size) => ({
      candidate: name,
      imagesPerRequest: size,
      n: 30,
      p50Ms: latency(size),
      p95Ms: latency(size) * 1.35,
      cpuMsPerRequest: latency(size) * 1.8,
      costPer1000: latency(size) * 1.8 * (0.04 / 3600),
    })),
  ),
  ratios: sizes.map((size) => ({
    imagesPerRequest: size,
    rounds: 30,
    latency: interval(native(size) / swapped(size), 2.2, 30),
    cost: interval(native(size) / swapped(size), 2.6, 30),
  })),
  pricing: { currency: 'USD', perCpuHour: 0.04 },
  examples: items.slice(0, 12).map((item, index) => ({
    itemId: item.id,
    target: index % 2 === 0 ? 'style' : 'pattern',
    actual: item.attributes[index % 2 === 0 ? 'style' : 'pattern'] ?? '',
    predicted: {
      stock: 'farmhouse',
      'stock-tuned': index % 3 === 0 ? (item.attributes.style ?? '') : 'art deco',
      swapped: index % 5 === 4 ? 'plain' : (item.attributes[index % 2 === 0 ? 'style' : 'pattern'] ?? ''),
    },
  })),
  retrieval,
  environment: { cpu: '2 cores', node: '24.21.0', onnxruntime: '1.30.0' },
};
