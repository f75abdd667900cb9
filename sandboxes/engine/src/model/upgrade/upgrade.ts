import { TensorProto_DataType as Type, type GraphProto, type NodeProto } from '../../proto/onnx.gen.js';
import { copyOf, readTensorProto, readValueInfo } from '../../proto/messages.js';
import type { Tensor } from '../../tensors/tensor.js';
import type { Model } from '../model.js';
import { allGraphs, allNodes, nestedGraphs, withNestedGraphs } from '../walk.js';
import type { Scope } from './rule.js';
import { upgradeRules } from './rules.js';
import { writtenOut } from './written-out.js';

/** The operator set everything is carried to; the file format version that belongs to it (onnx.proto, `Version`). */
const OPSET = 21;
const IR_VERSION = 10n;

/** The newest operator set of which onnxruntime runs models. */
const NEWEST_OPSET = 26;

/** Operators of the standard domain younger than 21, by the operator set that brought them. */
const younger: Readonly<Record<string, number>> = {
  Attention: 23,
  RMSNormalization: 23,
  RotaryEmbedding: 23,
  Swish: 24,
  TensorScatter: 24,
  BitCast: 26,
  CumProd: 26,
};

/** Types younger than 21, by the operator set whose operators first take them. */
const youngerTypes: Readonly<Record<number, number>> = {
  [Type.FLOAT4E2M1]: 23,
  [Type.FLOAT8E8M0]: 24,
  [Type.INT2]: 25,
  [Type.UINT2]: 25,
};

/**
 * The same model in operator set 21, whatever set it was exported for: attributes that became inputs are moved, operators that
 * changed their meaning are rewritten, operators younger than onnxruntime are written out. A model that uses an operator or a type
 * younger than 21 comes in its own set, or the oldest one that has it where onnxruntime does not know its own; sets 22 and above
 * otherwise only added types. `oldest` asks for a newer set than 21. A model without operators of the standard domain stays as it
 * is, and so do the bodies of model-local functions, which name their own operator sets. Throws NotUpgradable for a node that
 * cannot be carried over.
 */
export function upgraded(model: Model, oldest = OPSET): Model {
  let graph = model.opset > NEWEST_OPSET ? stepped(model.graph, model, writtenOut) : model.graph;
  const newest = Math.max(youngestOperator(graph), youngestType(graph));
  const own = model.opset <= NEWEST_OPSET ? model.opset : newest;
  const target = newest === OPSET ? oldest : Math.max(newest, oldest, own);
  const { opset } = model;
  if (opset === target || opset === 0) return model;
  for (let version = opset + 1; version <= target; version += 1) {
    const rules = upgradeRules[version];
    if (rules) graph = stepped(graph, model, rules);
  }
  const stamped = copyOf(model.proto, {
    irVersion: model.proto.irVersion > IR_VERSION ? model.proto.irVersion : IR_VERSION,
    opsetImport: model.proto.opsetImport.map((entry) =>
      isStandard(entry) ? copyOf(entry, { version: BigInt(target) }) : entry,
    ),
  });
  return model.withProto(stamped).withGraph(graph, model.initializers);
}

const youngestOperator = (graph: GraphProto): number =>
  allNodes(graph)
    .filter(isStandard)
    .reduce((found, { opType }) => Math.max(found, younger[opType] ?? OPSET), OPSET);

/** Types are named by ports, recorded values, tensors and the attributes of operators that convert. */
function youngestType(graph: GraphProto): number {
  const types = allGraphs(graph).flatMap(({ input, output, valueInfo, initializer, node }) => [
    ...[...input, ...output, ...valueInfo].map(({ type }) =>
      type?.value.case === 'tensorType' ? type.value.value.elemType : 0,
    ),
    ...initializer.map(({ dataType }) => dataType),
    ...node.flatMap(({ attribute }) =>
      attribute.map(({ name, i, t }) => (converting.has(name) ? Number(i) : (t?.dataType ?? 0))),
    ),
  ]);
  return types.reduce((found, type) => Math.max(found, youngerTypes[type] ?? OPSET), OPSET);
}

const converting = new Set(['to', 'dtype', 'output_dtype']);

const isStandard = ({ domain }: { domain: string }): boolean => domain === '' || domain === 'ai.onnx';

function stepped(graph: GraphProto, model: Model, rules: (typeof upgradeRules)[number]): GraphProto {
  const taken = new Set(
    allGraphs(model.graph, graph).flatMap(({ node }) => node.flatMap(({ input, output }) => [...input, ...output])),
  );
  const fresh = (stem: string): string => {
    let name = stem;
    for (let count = 1; taken.has(name); count += 1) name = `${stem}_${count}`;
    taken.add(name);
    return name;
  };
  const read = new Set([
    ...allNodes(graph).flatMap(({ input }) => input),
    ...allGraphs(graph).flatMap(({ output }) => output.map(({ name }) => name)),
  ]);
  const recorded = recordedValues(model, graph);
  const constants = constantsOf(graph);
  const scope: Scope = {
    fresh,
    recorded: (name) => recorded.get(name),
    constant: (name) => model.initializers.get(name) ?? constants.get(name),
    isRead: (name) => read.has(name),
  };
  return rewritten(graph, (old) => (isStandard(old) ? (rules[old.opType]?.(old, scope) ?? [old]) : [old]));
}

/** Every node, those of nested graphs included, as `rewrite` answers it. */
function rewritten(graph: GraphProto, rewrite: (old: NodeProto) => NodeProto[]): GraphProto {
  const inner = (old: NodeProto): NodeProto =>
    nestedGraphs(old).length > 0 ? withNestedGraphs(old, (nested) => rewritten(nested, rewrite)) : old;
  return copyOf(graph, { node: graph.node.flatMap((old) => rewrite(inner(old))) });
}

function constantsOf(graph: GraphProto): Map<string, Tensor> {
  const found = new Map<string, Tensor>();
  for (const { opType, output, attribute } of allNodes(graph)) {
    const held = opType === 'Constant' ? attribute.find(({ name }) => name === 'value')?.t : undefined;
    const value = held && readTensorProto(held);
    if (value) found.set(output[0]!, value);
  }
  return found;
}

function recordedValues(model: Model, graph: GraphProto): Map<string, NonNullable<ReturnType<Scope['recorded']>>> {
  const found = new Map<string, NonNullable<ReturnType<Scope['recorded']>>>();
  for (const { input, output, valueInfo } of allGraphs(graph))
    for (const info of [...input, ...output, ...valueInfo]) {
      const value = readValueInfo(info);
      if (value) found.set(info.name, value);
    }
  for (const [name, { type, shape }] of model.initializers) found.set(name, { type, shape });
  return found;
}
