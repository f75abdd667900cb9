import type { Random } from '@graft/runner';
import { UMAP } from 'umap-js';
import { type Gallery, rowOf } from './gallery.js';

const NEIGHBOURS = 15;
const MIN_DISTANCE = 0.1;

export interface PlanePoint {
  readonly itemId: string;
  readonly x: number;
  readonly y: number;
}

/**
 * The rows laid out in a plane so that neighbours stay neighbours (UMAP; McInnes, Healy and Melville, 2018), coordinates in 0..1.
 * Equal rows and an equal random stream give the same picture. Distances between far groups mean nothing.
 */
export async function layOut(
  gallery: Gallery,
  random: Random,
  onEpoch: (share: number) => Promise<void>,
): Promise<PlanePoint[]> {
  const count = gallery.ids.length;
  if (count <= NEIGHBOURS) return circle(gallery.ids);
  const umap = new UMAP({ nNeighbors: NEIGHBOURS, minDist: MIN_DISTANCE, random: () => random.next() });
  const rows = gallery.ids.map((_, row) => Array.from(rowOf(gallery, row)));
  const epochs = umap.initializeFit(rows);
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    umap.step();
    if (epoch % 25 === 0) await onEpoch(epoch / epochs);
  }
  return scaled(gallery.ids, umap.getEmbedding());
}

/** Too few items for neighbourhoods to say anything: they are shown side by side. */
const circle = (ids: readonly string[]): PlanePoint[] =>
  ids.map((itemId, at) => {
    const angle = (2 * Math.PI * at) / ids.length;
    return { itemId, x: 0.5 + 0.5 * Math.cos(angle), y: 0.5 + 0.5 * Math.sin(angle) };
  });

function scaled(ids: readonly string[], points: readonly number[][]): PlanePoint[] {
  const axis = (dimension: 0 | 1): ((point: readonly number[]) => number) => {
    const values = points.map((point) => point[dimension]!);
    const low = values.reduce((a, b) => Math.min(a, b));
    const width = values.reduce((a, b) => Math.max(a, b)) - low;
    return (point) => (width === 0 ? 0.5 : (point[dimension]! - low) / width);
  };
  const [x, y] = [axis(0), axis(1)];
  return ids.map((itemId, at) => ({ itemId, x: round(x(points[at]!)), y: round(y(points[at]!)) }));
}

/** A ten-thousandth of the picture's width is finer than anyone sees. */
const round = (value: number): number => Math.round(value * 1e4) / 1e4;
