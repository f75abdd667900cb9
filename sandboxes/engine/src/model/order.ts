import type { NodeProto } from '../proto/onnx.gen.js';
import { readsOf } from './walk.js';

/** The nodes so that each comes after those it reads, otherwise in the order given; throws where they form a cycle, naming it. */
export function inOrder(nodes: readonly NodeProto[]): NodeProto[] {
  const maker = new Map(nodes.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const state = new Map<NodeProto, 'open' | 'done'>();
  const sorted: NodeProto[] = [];
  // A stack of its own: graphs are deeper than the language's one.
  for (const root of nodes) {
    const path: { node: NodeProto; waiting: NodeProto[] }[] = [];
    const enter = (node: NodeProto): void => {
      if (state.get(node) === 'done') return;
      if (state.get(node) === 'open') throw new Error(cycleMessage([...path.map((step) => step.node), node]));
      state.set(node, 'open');
      path.push({ node, waiting: readsOf(node).flatMap((name) => maker.get(name) ?? []) });
    };
    enter(root);
    while (path.length > 0) {
      const next = path.at(-1)!.waiting.shift();
      if (next) enter(next);
      else {
        const { node } = path.pop()!;
        state.set(node, 'done');
        sorted.push(node);
      }
    }
  }
  return sorted;
}

function cycleMessage(path: readonly NodeProto[]): string {
  const names = path.slice(path.indexOf(path.at(-1)!)).map(nameOf);
  return `Graph: expected nodes without a cycle, found ${names.join(' -> ')}.`;
}

/** How a node is called in messages: many have no name of their own. */
export const nameOf = ({ name, opType, output }: NodeProto): string => name || `${opType} -> ${output[0] ?? 'nothing'}`;
