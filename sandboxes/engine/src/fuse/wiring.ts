import type { Graph } from '../graph/graph.js';
import { readsOf } from '../model/walk.js';
import type { NodeProto } from '../proto/onnx.gen.js';

/** Who makes each value of a graph, and how often it is read. Holds for the nodes at the time it was drawn. */
export class Wiring {
  private readonly makers = new Map<string, NodeProto>();
  private readonly reads = new Map<string, number>();

  constructor(private readonly graph: Graph) {
    for (const node of graph.nodes) {
      for (const name of node.output) this.makers.set(name, node);
      for (const name of readsOf(node)) this.reads.set(name, (this.reads.get(name) ?? 0) + 1);
    }
  }

  /** The node that makes a value, where it is of that operator. */
  maker(name: string | undefined, opType: string): NodeProto | undefined {
    const found = name === undefined ? undefined : this.makers.get(name);
    return found?.opType === opType && found.domain === '' ? found : undefined;
  }

  readOnce(name: string): boolean {
    return this.reads.get(name) === 1;
  }

  /** The number that a constant of one element holds. */
  scalar(name: string): number | undefined {
    const numbers = this.graph.constantNumbers(name);
    return numbers?.length === 1 && this.graph.value(name).type === 'float32' ? numbers[0] : undefined;
  }
}
