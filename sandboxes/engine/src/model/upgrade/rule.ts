import { type NodeProto } from '../../proto/onnx.gen.js';
import { constantNode, copyOf, node, type AttributeValue, type Shape } from '../../proto/messages.js';
import { float32, int64, type ElementType, type Tensor } from '../../tensors/tensor.js';

/** What a rule may ask about the graph that its node stands in. */
export interface Scope {
  readonly fresh: (stem: string) => string;
  /** Type and shape of a value where the file records them. */
  readonly recorded: (name: string) => { readonly type: ElementType; readonly shape: Shape } | undefined;
  /** What a value holds where the file decides it. */
  readonly constant: (name: string) => Tensor | undefined;
  /** Whether some node, nested ones included, or an output reads a value. */
  readonly isRead: (name: string) => boolean;
}

/** Rewrites one node of the operator set before into nodes of the next one. */
export type UpgradeRule = (old: NodeProto, scope: Scope) => NodeProto[];

/** A node that no rule can carry over. */
export class NotUpgradable extends Error {
  constructor(old: Pick<NodeProto, 'name' | 'opType'>, reason: string) {
    super(`Node "${old.name}" (${old.opType}): ${reason} Export the model again for a newer operator set.`);
    this.name = 'NotUpgradable';
  }
}

export const without = (old: NodeProto, ...names: readonly string[]): NodeProto =>
  copyOf(old, { attribute: old.attribute.filter(({ name }) => !names.includes(name)) });

export const holds = (old: NodeProto, name: string): boolean => old.attribute.some((found) => found.name === name);

/** A constant before the node; answers the value's name and the node that holds it. */
export function constant(scope: Scope, stem: string, value: Tensor): [name: string, held: NodeProto] {
  const name = scope.fresh(stem);
  return [name, constantNode(name, value)];
}

/** The node with attributes moved to inputs: `values` by input position, undefined leaves a position as it is. */
export function withInputs(old: NodeProto, scope: Scope, values: readonly (Tensor | undefined)[]): NodeProto[] {
  const input = [...old.input];
  const held = values.flatMap((value, index) => {
    if (!value) return [];
    while (input.length < index) input.push('');
    const [name, made] = constant(scope, `${old.output[0]}_${index}`, value);
    input[index] = name;
    return [made];
  });
  return [...held, copyOf(old, { input })];
}

export const vector = (values: readonly number[]): Tensor => int64([values.length], values);

/** A real number in the type of the value it is used with: attributes were always 32-bit. */
export function scalarLike(scope: Scope, name: string, value: number): Tensor {
  const type = scope.recorded(name)?.type ?? 'float32';
  if (type === 'float32') return float32([], [value]);
  if (type === 'float64') return { type, shape: [], data: Float64Array.of(value) };
  throw new Error(
    `Value "${name}": expected float32 or float64 beside an attribute that became an input, found ${type}.`,
  );
}

export const newNode = (
  opType: string,
  input: string[],
  output: string,
  attributes: Readonly<Record<string, AttributeValue>> = {},
): NodeProto => node({ opType, input, output: [output], attributes });
