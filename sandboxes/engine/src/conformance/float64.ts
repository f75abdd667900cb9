import { create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  TensorProto_DataType as Type,
  ValueInfoProtoSchema,
  type AttributeProto,
  type GraphProto,
  type NodeProto,
  type TensorProto,
} from '../proto/onnx.gen.js';
import { copyOf, tensorProto } from '../proto/messages.js';
import type { Model } from '../model/model.js';
import { numbersOf } from './numbers.js';

/**
 * The same graph computing in 64 bits: what finite differences are taken over where onnxruntime has the kernels. Attributes that are
 * reals stay what they are.
 */
export function inFloat64(model: Model): Model {
  const initializers = new Map(
    [...model.initializers].map(([name, value]) =>
      value.type === 'float32'
        ? [name, { type: 'float64' as const, shape: value.shape, data: Float64Array.from(value.data as Float32Array) }]
        : [name, value],
    ),
  );
  return model.withGraph(wideGraph(model.graph), initializers);
}

const wideGraph = (graph: GraphProto): GraphProto =>
  copyOf(graph, {
    node: graph.node.map(wideNode),
    initializer: graph.initializer.map(wideTensor),
    valueInfo: [],
    input: graph.input.map((info) => {
      const held = info.type?.value;
      return held?.case === 'tensorType' && held.value.elemType === (Type.FLOAT as number)
        ? copyOf(info, {
            type: copyOf(info.type!, {
              value: { case: 'tensorType', value: copyOf(held.value, { elemType: Type.DOUBLE }) },
            }),
          })
        : info;
    }),
    // Names alone: the types follow.
    output: graph.output.map(({ name }) => create(ValueInfoProtoSchema, { name })),
  });

const wideNode = (node: NodeProto): NodeProto =>
  copyOf(node, { attribute: node.attribute.map((held) => wideAttribute(node, held)) });

function wideAttribute(node: NodeProto, held: AttributeProto): AttributeProto {
  if (node.opType === 'Constant' && held.name === 'value_float')
    return copyOf(held, { name: 'value', type: AttributeProto_AttributeType.TENSOR, t: scalar(held.f) });
  if (node.opType === 'Cast' && held.name === 'to' && held.i === BigInt(Type.FLOAT))
    return copyOf(held, { i: BigInt(Type.DOUBLE) });
  return copyOf(held, {
    ...(held.t ? { t: wideTensor(held.t) } : {}),
    ...(held.g ? { g: wideGraph(held.g) } : {}),
    graphs: held.graphs.map(wideGraph),
  });
}

function wideTensor(tensor: TensorProto): TensorProto {
  if (tensor.dataType !== (Type.FLOAT as number)) return tensor;
  return copyOf(tensor, {
    dataType: Type.DOUBLE,
    floatData: [],
    rawData: new Uint8Array(0),
    doubleData: [...(numbersOf(tensor) as number[])],
  });
}

const scalar = (value: number): TensorProto =>
  tensorProto('', { type: 'float64', shape: [], data: Float64Array.of(value) });
