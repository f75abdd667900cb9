import { Tensor as RuntimeTensor } from 'onnxruntime-node';
import { create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  TensorProto_DataType as Type,
  ValueInfoProtoSchema,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  type TypeProto,
  type ValueInfoProto,
} from '../proto/onnx.gen.js';
import { copyOf, node, tensorProto } from '../proto/messages.js';
import type { Model } from '../model/model.js';
import { numbersOf } from './numbers.js';
import type { SuiteValue } from './suite-value.js';

/** A test's model between plain tensors: what JavaScript cannot feed or fetch is made and taken apart inside the graph. */
export interface Feedable {
  readonly model: Model;
  readonly feeds: Readonly<Record<string, RuntimeTensor>>;
  /** What each output is called, by the path of the expected value: "y", "y[0]", "y?" (whether an optional value is there). */
  readonly fetches: readonly Fetch[];
}

export interface Fetch {
  readonly path: string;
  readonly name: string;
  readonly expected: TensorProto | { readonly length: number } | { readonly present: boolean };
}

/** The arrays that onnxruntime takes; the other types enter as initializers and leave through a Cast. */
const arrays: Readonly<Partial<Record<Type, { word: string; make: (from: readonly unknown[]) => unknown }>>> = {
  [Type.FLOAT]: { word: 'float32', make: (from) => Float32Array.from(from as number[]) },
  [Type.DOUBLE]: { word: 'float64', make: (from) => Float64Array.from(from as number[]) },
  [Type.INT64]: { word: 'int64', make: (from) => BigInt64Array.from(from as bigint[]) },
  [Type.UINT64]: { word: 'uint64', make: (from) => BigUint64Array.from(from as bigint[]) },
  [Type.INT32]: { word: 'int32', make: (from) => Int32Array.from(from as number[]) },
  [Type.UINT32]: { word: 'uint32', make: (from) => Uint32Array.from(from as number[]) },
  [Type.INT16]: { word: 'int16', make: (from) => Int16Array.from(from as number[]) },
  [Type.UINT16]: { word: 'uint16', make: (from) => Uint16Array.from(from as number[]) },
  [Type.INT8]: { word: 'int8', make: (from) => Int8Array.from(from as number[]) },
  [Type.UINT8]: { word: 'uint8', make: (from) => Uint8Array.from(from as number[]) },
  [Type.BOOL]: { word: 'bool', make: (from) => Uint8Array.from(from as number[]) },
  [Type.STRING]: { word: 'string', make: (from) => [...from] },
};

/** What the JavaScript binding of onnxruntime takes and gives as an array. */
export const isPlain = (type: Type): boolean => arrays[type] !== undefined;

export function runtimeTensorOf(tensor: TensorProto): RuntimeTensor {
  const { word, make } = arrays[tensor.dataType as Type]!;
  return new RuntimeTensor(word as 'float32', make(numbersOf(tensor)) as Float32Array, tensor.dims.map(Number));
}

/** Binds a test's values to its model. `constants` names inputs that are to become initializers though they could be fed. */
export function feedable(
  model: Model,
  inputs: ReadonlyMap<string, SuiteValue>,
  outputs: ReadonlyMap<string, SuiteValue>,
  constants: ReadonlySet<string> = new Set(),
): Feedable {
  const parts: Parts = { initializers: [], before: [], after: [], feeds: {}, fetches: [], results: [] };
  const open: ValueInfoProto[] = [];
  for (const info of model.graph.input) {
    const value = inputs.get(info.name);
    const isWeight =
      model.initializers.has(info.name) || model.graph.initializer.some(({ name }) => name === info.name);
    if (!value || (value.kind === 'tensor' && isPlain(value.tensor.dataType) && !constants.has(info.name))) {
      if (value?.kind === 'tensor') parts.feeds[info.name] = runtimeTensorOf(value.tensor);
      if (value || !isWeight) open.push(info);
    } else bind(parts, info.name, { value, type: info.type });
  }
  for (const info of model.graph.output) {
    const value = outputs.get(info.name);
    if (value) unbind(parts, info, { name: info.name, path: info.name, value });
  }
  const graph: GraphProto = copyOf(model.graph, {
    node: [...parts.before, ...model.graph.node, ...parts.after],
    initializer: [...model.graph.initializer, ...parts.initializers],
    input: open,
    output: parts.results,
  });
  return { model: model.withGraph(graph, model.initializers), feeds: parts.feeds, fetches: parts.fetches };
}

interface Parts {
  readonly initializers: TensorProto[];
  readonly before: NodeProto[];
  readonly after: NodeProto[];
  readonly feeds: Record<string, RuntimeTensor>;
  readonly fetches: Fetch[];
  readonly results: ValueInfoProto[];
}

/** Makes the value inside the graph, under the name of the input it replaces. */
function bind(parts: Parts, name: string, { value, type }: { value: SuiteValue; type: TypeProto | undefined }): void {
  switch (value.kind) {
    case 'tensor':
      parts.initializers.push(copyOf(value.tensor, { name }));
      return;
    case 'sequence': {
      const inner = type?.value.case === 'sequenceType' ? type.value.value.elemType : undefined;
      const items = value.items.map((item, index) => {
        bind(parts, `${name}[${index}]`, { value: item, type: inner });
        return `${name}[${index}]`;
      });
      const empty = inner?.value.case === 'tensorType' ? inner.value.value.elemType : Type.FLOAT;
      parts.before.push(
        items.length > 0
          ? node({ opType: 'SequenceConstruct', input: items, output: [name], attributes: {} })
          : node({ opType: 'SequenceEmpty', input: [], output: [name], attributes: { dtype: empty } }),
      );
      return;
    }
    case 'optional': {
      const inner = type?.value.case === 'optionalType' ? type.value.value.elemType : undefined;
      const held = value.value ? [`${name}?`] : [];
      if (value.value) bind(parts, `${name}?`, { value: value.value, type: inner });
      const made = node({ opType: 'Optional', input: held, output: [name], attributes: {} });
      parts.before.push(
        value.value || !inner
          ? made
          : copyOf(made, {
              attribute: [
                create(AttributeProtoSchema, {
                  name: 'type',
                  type: AttributeProto_AttributeType.TYPE_PROTO,
                  tp: inner,
                }),
              ],
            }),
      );
    }
  }
}

/** Takes a result apart into outputs that can be fetched. */
function unbind(
  parts: Parts,
  info: ValueInfoProto,
  { name, path, value }: { name: string; path: string; value: SuiteValue },
): void {
  const fetch = (fetched: string, expected: Fetch['expected']): void => {
    parts.results.push(create(ValueInfoProtoSchema, { name: fetched }));
    parts.fetches.push({ path, name: fetched, expected });
  };
  const add = (opType: string, input: string[], output: string, attributes: Record<string, number> = {}): string => {
    parts.after.push(node({ opType, input, output: [output], attributes }));
    return output;
  };
  switch (value.kind) {
    case 'tensor':
      fetch(
        isPlain(value.tensor.dataType) ? name : add('Cast', [name], `${name}.float`, { to: Type.FLOAT }),
        value.tensor,
      );
      return;
    case 'sequence':
      fetch(add('SequenceLength', [name], `${name}.length`), { length: value.items.length });
      for (const [index, item] of value.items.entries()) {
        const position = `${name}.position${index}`;
        parts.initializers.push(scalarPosition(position, index));
        const at = add('SequenceAt', [name, position], `${name}.item${index}`);
        unbind(parts, info, { name: at, path: `${path}[${index}]`, value: item });
      }
      return;
    case 'optional':
      fetch(add('OptionalHasElement', [name], `${name}.present`), { present: value.value !== undefined });
      if (value.value)
        unbind(parts, info, {
          name: add('OptionalGetElement', [name], `${name}.value`),
          path: `${path}?`,
          value: value.value,
        });
  }
}

const scalarPosition = (name: string, index: number): TensorProto =>
  tensorProto(name, { type: 'int64', shape: [], data: BigInt64Array.of(BigInt(index)) });
