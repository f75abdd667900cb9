import { sumAll } from '../autodiff/broadcast.js';
import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { refuseOtherShape, scalarLoss, type Loss } from './loss.js';

/**
 * Mean over rows of temperature² * KL(teacher || student) between the softened distributions softmax(logits / temperature)
 * (Hinton et al., 2015); both f32 [rows, classes]. No gradient goes to the teacher. The gradient is written down directly:
 * temperature * (student - teacher) / rows.
 */
export function distillationLoss(
  graph: GraphBuilder,
  student: Value,
  teacher: Value,
  { temperature = 2 }: { temperature?: number } = {},
): Loss {
  refuseOtherShape('Distillation', student, teacher);
  const rows = fixedShape(student)[0]!;
  const soft = (logits: Value): Value => graph.logSoftmax(graph.mul(logits, 1 / temperature));
  const [logStudent, logTeacher] = [soft(student), soft(teacher)];
  const probabilities = graph.exp(logTeacher);
  const divergence = sumAll(graph, graph.mul(probabilities, graph.sub(logTeacher, logStudent)));
  return {
    value: graph.mul(divergence, temperature ** 2 / rows),
    seeds: [{ of: student, gradient: graph.mul(graph.sub(graph.exp(logStudent), probabilities), temperature / rows) }],
  };
}

/** Mean over rows of 1 - cosine between `student` and `teacher`, both f32 [rows, d]: direction counts, length does not. Both get gradients. */
export function cosineLoss(graph: GraphBuilder, student: Value, teacher: Value): Loss {
  refuseOtherShape('Cosine loss', student, teacher);
  const rows = fixedShape(student)[0]!;
  const cosines = graph.reduceSum(graph.mul(graph.normalize(student), graph.normalize(teacher)), [1]);
  return scalarLoss(graph, graph.sub(1, graph.mul(sumAll(graph, cosines), 1 / rows)));
}
