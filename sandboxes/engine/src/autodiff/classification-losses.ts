import { intAttribute, stringAttribute } from '../proto/messages.js';
import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { sumAll } from './broadcast.js';
import { rewritingRule, type Differentiation, type GradientRule } from './rule.js';

/** Mean, sum or each of -weights[label] * logProbabilities[label]; classes on axis 1, labels of `ignore_index` count nothing. */
function negativeLogLikelihood(
  graph: GraphBuilder,
  node: Differentiation['node'],
  [logProbabilities, target, weights]: readonly (Value | undefined)[],
): Value {
  const labels = graph.cast(target!, 'int64');
  const type = logProbabilities!.type;
  const ignored = node.attribute.some(({ name }) => name === 'ignore_index')
    ? graph.equal(labels, intAttribute(node, 'ignore_index', 0))
    : undefined;
  const safe = ignored ? graph.where(ignored, 0, labels) : labels;
  const picked = graph.reshape(graph.gatherElements(logProbabilities!, graph.unsqueeze(safe, 1), 1), labels.shape);
  const counted = ignored && graph.sub(1, graph.cast(ignored, type));
  const own = weights && graph.gather(weights, safe);
  const each = counted && own ? graph.mul(own, counted) : (own ?? counted);
  const losses = graph.neg(each ? graph.mul(picked, each) : picked);
  switch (stringAttribute(node, 'reduction', 'mean')) {
    case 'none':
      return losses;
    case 'sum':
      return sumAll(graph, losses);
    default: {
      const total = each
        ? sumAll(graph, each)
        : graph.scalar(
            fixedShape(losses).reduce((product, size) => product * size, 1),
            type,
          );
      return graph.div(sumAll(graph, losses), total);
    }
  }
}

export const classificationLossRules = {
  NegativeLogLikelihoodLoss: rewritingRule(({ graph, node, inputs }) => [negativeLogLikelihood(graph, node, inputs)]),
  SoftmaxCrossEntropyLoss: rewritingRule(({ graph, node, inputs: [scores, ...rest] }) => {
    const logProbabilities = graph.logSoftmax(scores!, 1);
    return [negativeLogLikelihood(graph, node, [logProbabilities, ...rest]), logProbabilities];
  }),
} satisfies Record<string, GradientRule>;
