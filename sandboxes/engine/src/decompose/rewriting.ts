import {
  constantNode,
  floatAttribute,
  intAttribute,
  intsAttribute,
  node,
  stringAttribute,
  type AttributeValue,
  type Shape,
} from '../proto/messages.js';
import type { NodeProto } from '../proto/onnx.gen.js';
import type { KnownValue } from '../graph/inferred-values.js';
import { float32, int64, type ElementType, type Tensor } from '../tensors/tensor.js';

/** What a rule may ask about the model around its node. */
export interface Surroundings {
  readonly known: (value: string) => KnownValue | undefined;
  /** The tensor behind an initializer or a Constant node. */
  readonly constant: (value: string) => Tensor | undefined;
  /** A name that nothing in the model has. */
  readonly freshName: (stem: string) => string;
}

/** A value by its name, a float32 scalar, or an input that is left out. */
export type Operand = string | number | undefined;

/** A fused node that no rule takes apart. */
export class Undecomposable extends Error {
  constructor(
    of: Pick<NodeProto, 'name' | 'opType' | 'domain' | 'output'>,
    { part, expected, found }: { part: string; expected: string; found: string },
  ) {
    const operator = of.domain ? `${of.domain}.${of.opType}` : of.opType;
    super(`Node "${of.name || of.output[0]}" (${operator}): ${part}: expected ${expected}, found ${found}.`);
    this.name = 'Undecomposable';
  }
}

/**
 * One fused node on its way to standard ones. A rule reads attributes and inputs through it and writes nodes through it; what
 * the rule never read is unsupported by construction, and `refuseUnread` says so.
 */
export class Rewriting {
  readonly nodes: NodeProto[] = [];
  private readonly readAttributes = new Set<string>();
  private readonly readInputs = new Set<number>();

  constructor(
    readonly node: NodeProto,
    private readonly surroundings: Surroundings,
  ) {}

  /** An optional input; undefined where it is left out. */
  input(index: number): string | undefined {
    this.readInputs.add(index);
    return this.node.input[index] || undefined;
  }

  required(index: number): string {
    return this.input(index) ?? this.refuse(`input ${index}`, 'a value', 'none');
  }

  /** Says that an input needs no reading: its content has no say in what the operator answers. */
  ignoreInput(...indices: readonly number[]): void {
    for (const index of indices) this.readInputs.add(index);
  }

  /** Says that an attribute has no say in what the operator answers. */
  ignoreAttribute(...names: readonly string[]): void {
    for (const name of names) this.readAttributes.add(name);
  }

  int(name: string, missing?: number): number {
    return intAttribute(this.node, this.attribute(name, missing), missing ?? 0);
  }

  float(name: string, missing?: number): number {
    return floatAttribute(this.node, this.attribute(name, missing), missing ?? 0);
  }

  text(name: string, missing: string): string {
    return stringAttribute(this.node, this.attribute(name, missing), missing);
  }

  ints(name: string): number[] | undefined {
    return intsAttribute(this.node, this.attribute(name, 0));
  }

  floats(name: string): readonly number[] | undefined {
    this.attribute(name, 0);
    return this.node.attribute.find((attribute) => attribute.name === name)?.floats;
  }

  has(name: string): boolean {
    return this.node.attribute.some((attribute) => attribute.name === name);
  }

  wants(output: number): boolean {
    return (this.node.output[output] ?? '') !== '';
  }

  shape(value: string): Shape | undefined {
    return this.surroundings.known(value)?.shape;
  }

  type(value: string): ElementType | undefined {
    return this.surroundings.known(value)?.type;
  }

  rank(value: string): number {
    return this.shape(value)?.length ?? this.refuse(`input "${value}"`, 'a value of known rank', 'an unknown one');
  }

  constant(value: string): Tensor | undefined {
    return this.surroundings.constant(value);
  }

  refuse(part: string, expected: string, found: string): never {
    throw new Undecomposable(this.node, { part, expected, found });
  }

  refuseUnread(): void {
    const attribute = this.node.attribute.find(({ name }) => !this.readAttributes.has(name));
    if (attribute)
      this.refuse(`attribute "${attribute.name}"`, `only ${[...this.readAttributes].join(', ') || 'none'}`, 'it set');
    const input = this.node.input.findIndex((name, index) => name !== '' && !this.readInputs.has(index));
    if (input >= 0) this.refuse(`input ${input}`, 'it left out', `"${this.node.input[input]}"`);
  }

  /** Adds a standard node with one output and answers that output. */
  op(opType: string, inputs: readonly Operand[], attributes: Readonly<Record<string, AttributeValue>> = {}): string {
    return this.ops(opType, inputs, { count: 1, attributes })[0]!;
  }

  ops(
    opType: string,
    inputs: readonly Operand[],
    { count, attributes = {} }: { count: number; attributes?: Readonly<Record<string, AttributeValue>> },
  ): string[] {
    const input = inputs.map((operand) =>
      typeof operand === 'number' ? this.tensor(float32([], [operand])) : (operand ?? ''),
    );
    const output = Array.from({ length: count }, () => this.freshName(opType));
    this.nodes.push(node({ opType, input, output, attributes }));
    return output;
  }

  /** Answers a value under a name of the original node as well. */
  name(value: string, name: string): void {
    this.nodes.push(node({ opType: 'Identity', input: [value], output: [name], attributes: {} }));
  }

  tensor(value: Tensor): string {
    const name = this.freshName('constant');
    this.nodes.push(constantNode(name, value));
    return name;
  }

  integers = (...values: readonly number[]): string => this.tensor(int64([values.length], values));
  integer = (value: number): string => this.tensor(int64([], [value]));

  // The operators that most rules share.
  add = (a: Operand, b: Operand): string => this.op('Add', [a, b]);
  mul = (a: Operand, b: Operand): string => this.op('Mul', [a, b]);
  matMul = (a: string, b: string): string => this.op('MatMul', [a, b]);
  /** 0 copies a size of the input, -1 takes what is left. */
  reshape = (x: string, ...shape: readonly number[]): string => this.op('Reshape', [x, this.integers(...shape)]);
  transpose = (x: string, ...perm: readonly number[]): string => this.op('Transpose', [x], { perm });
  concat = (values: readonly string[], axis: number): string => this.op('Concat', values, { axis });
  /** Parts of known sizes along an axis. */
  split = (x: string, sizes: readonly number[], axis: number): string[] =>
    this.ops('Split', [x, this.integers(...sizes)], { count: sizes.length, attributes: { axis } });
  /** One size of a value, as an int64 scalar. */
  size = (x: string, axis: number): string => this.op('Gather', [this.op('Shape', [x]), this.integer(axis)]);
  cast = (x: string, onnxType: number): string => this.op('Cast', [x], { to: onnxType });
  unsqueeze = (x: string, ...axes: readonly number[]): string => this.op('Unsqueeze', [x, this.integers(...axes)]);

  private attribute(name: string, missing: unknown): string {
    this.readAttributes.add(name);
    if (missing === undefined && !this.has(name)) this.refuse(`attribute "${name}"`, 'it set', 'none');
    return name;
  }

  private freshName(stem: string): string {
    const owner = this.node.name || this.node.output.find((name) => name !== '') || this.node.opType;
    return this.surroundings.freshName(`${owner}/${stem}`);
  }
}

/** Answers a value for each output that the node names; what it leaves undefined must not be asked for. */
export type Decomposition = (of: Rewriting) => readonly (string | undefined)[];
