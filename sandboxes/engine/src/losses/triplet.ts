import { sumAll } from '../autodiff/broadcast.js';
import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { float32 } from '../tensors/tensor.js';
import { scalarLoss, type Loss } from './loss.js';

export interface TripletOptions {
  readonly margin: number;
  /**
   * Where each anchor's negative comes from. `candidates` f32 [m, d] with `index` int64 [rows]: mined outside, fed by index.
   * Left out: of the other rows' positives the nearest that is farther than the own positive (semi-hard), or, where there is
   * none, the farthest (Schroff et al., 2015).
   */
  readonly negatives?: { readonly candidates: Value; readonly index: Value };
  /** f32 [rows, rows], with 1 where the positive of another row belongs to the anchor as well and is no negative. */
  readonly related?: Value;
}

/** Farther than any distance: keeps a pair from being chosen. */
const FAR = 1e9;

/**
 * Mean over rows of max(0, |anchor - positive|² - |anchor - negative|² + margin), for `anchors` and `positives` f32 [rows, d]
 * (Weinberger and Saul, 2009; squared distances as in FaceNet).
 */
export function tripletLoss(
  graph: GraphBuilder,
  [anchors, positives]: readonly [Value, Value],
  { margin, negatives, related }: TripletOptions,
): Loss {
  const rows = fixedShape(anchors)[0]!;
  const toPositive = rowDistances(graph, anchors, positives);
  const toNegative = negatives
    ? rowDistances(graph, anchors, graph.gather(negatives.candidates, negatives.index))
    : semiHard(graph, [anchors, positives], { toPositive, related });
  const excess = graph.relu(graph.add(graph.sub(toPositive, toNegative), margin));
  return scalarLoss(graph, graph.mul(sumAll(graph, excess), 1 / rows));
}

/** Squared distance of each row to the same row of the other, [rows, 1]. */
function rowDistances(graph: GraphBuilder, a: Value, b: Value): Value {
  const difference = graph.sub(a, b);
  return graph.reduceSum(graph.mul(difference, difference), [1]);
}

/** Distance of each anchor to the negative chosen for it, [rows, 1]. The choice has no gradient, the distance has. */
function semiHard(
  graph: GraphBuilder,
  [anchors, positives]: readonly [Value, Value],
  { toPositive, related }: { toPositive: Value; related: Value | undefined },
): Value {
  const rows = fixedShape(anchors)[0]!;
  const lengths = (x: Value): Value => graph.reduceSum(graph.mul(x, x), [1]);
  const distances = graph.sub(
    graph.add(lengths(anchors), graph.reshape(lengths(positives), [1, rows])),
    graph.mul(graph.gemm(anchors, positives, { transB: true }), 2),
  );
  const own = graph.constant(float32([rows, rows], identity(rows)));
  const excluded = graph.greater(related ? graph.add(own, related) : own, 0.5);
  const farther = graph.where(excluded, FAR, graph.where(graph.greater(distances, toPositive), distances, FAR));
  const nearer = graph.where(excluded, -FAR, distances);
  const chosen = graph.where(
    graph.greater(FAR / 2, graph.gatherElements(farther, extreme(graph, 'ArgMin', farther), 1)),
    extreme(graph, 'ArgMin', farther),
    extreme(graph, 'ArgMax', nearer),
  );
  return graph.gatherElements(distances, chosen, 1);
}

function extreme(graph: GraphBuilder, opType: 'ArgMin' | 'ArgMax', x: Value): Value {
  const [index] = graph.emit({
    opType,
    inputs: [x],
    outputs: [{ type: 'int64', shape: [x.shape[0]!, 1] }],
    attributes: { axis: 1, keepdims: 1 },
  });
  return index!;
}

function identity(rows: number): Float32Array {
  const data = new Float32Array(rows * rows);
  for (let row = 0; row < rows; row += 1) data[row * rows + row] = 1;
  return data;
}
