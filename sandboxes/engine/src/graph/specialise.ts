import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary } from '@bufbuild/protobuf';
import { InferenceSession } from 'onnxruntime-node';
import { ModelProtoSchema, ValueInfoProtoSchema, type NodeProto, type TensorProto } from '../proto/onnx.gen.js';
import { copyOf, valueInfo } from '../proto/messages.js';
import type { ElementType, Tensor } from '../tensors/tensor.js';
import { Model, type Port } from '../model/model.js';
import { upgraded } from '../model/upgrade/upgrade.js';
import { allNodes } from '../model/walk.js';
import { decompose } from '../decompose/decompose.js';
import { fixedShape } from './graph.js';
import { inferredValues } from './inferred-values.js';
import { hasLoops, unrolled } from './unroll.js';

/** A model with every size known and everything folded that the sizes decide. */
export interface SpecialisedModel {
  readonly nodes: readonly NodeProto[];
  readonly constants: ReadonlyMap<string, Tensor>;
  /** Initializers of types that the engine does not read. */
  readonly kept: readonly TensorProto[];
  /** Versions of the operator sets that the nodes are from, by domain. */
  readonly operatorSets: ReadonlyMap<string, number>;
  /** Type and shape of every value that a node answers. */
  readonly values: ReadonlyMap<string, { readonly type: ElementType; readonly shape: readonly number[] }>;
}

const quiet = { logSeverityLevel: 3, intraOpNumThreads: 1 } as const;

/**
 * Fixes the input shapes and lets onnxruntime itself fold shape arithmetic and infer all shapes, so that any graph it runs can be
 * differentiated; older operator sets are carried to the engine's own first, fused operators taken apart and loops of known
 * length written out. `lifted` initializers
 * become inputs: they will change, so nothing may be folded from them.
 */
export async function specialise(
  model: Model,
  inputShapes: Readonly<Record<string, readonly number[]>>,
  lifted: ReadonlySet<string>,
): Promise<SpecialisedModel> {
  const fixed = fixInputs(upgraded(model), inputShapes, lifted);
  const once = await foldedByRuntime(await decompose(fixed));
  // Operators that are functions are written out while it folds, which leaves their own plumbing to be folded.
  const twice = hasInlined(once) ? await foldedByRuntime(once) : once;
  const folded = hasLoops(twice) ? await foldedByRuntime(unrolled(twice, await inferredValues(twice))) : twice;
  return {
    nodes: folded.graph.node,
    constants: folded.initializers,
    kept: folded.graph.initializer,
    operatorSets: usedOperatorSets(folded),
    values: await inferredByRuntime(folded),
  };
}

const hasInlined = ({ graph }: Model): boolean =>
  graph.node.some(({ output }) => output.some((name) => name.startsWith('_inlfunc_')));

/** onnxruntime names all sets it knows in what it writes. */
function usedOperatorSets(model: Model): Map<string, number> {
  const used = new Set(allNodes(model.graph).map(({ domain }) => domain));
  return new Map([...model.operatorSets].filter(([domain]) => domain === '' || used.has(domain)));
}

function fixInputs(
  model: Model,
  inputShapes: Readonly<Record<string, readonly number[]>>,
  lifted: ReadonlySet<string>,
): Model {
  const inputs = model.inputs.map((port) => valueInfo(port.name, port.type, fixedPort(port, inputShapes[port.name])));
  const parameters = [...lifted].map((name) => {
    const { type, shape } = model.initializers.get(name)!;
    return valueInfo(name, type, shape);
  });
  // Names alone: the recorded sizes no longer hold, and onnxruntime infers the types.
  const output = model.graph.output.map(({ name }) => create(ValueInfoProtoSchema, { name }));
  const rest = new Map([...model.initializers].filter(([name]) => !lifted.has(name)));
  return model.withGraph(copyOf(model.graph, { input: [...inputs, ...parameters], output, valueInfo: [] }), rest);
}

function fixedPort({ name, shape }: Port, found: readonly number[] | undefined): readonly number[] {
  const fits =
    found?.length === shape.length && shape.every((dim, axis) => typeof dim === 'string' || dim === found[axis]);
  if (!fits)
    throw new Error(
      `Input "${name}": expected shape [${shape.join(', ')}], found ${found ? `[${found.join(', ')}]` : 'nothing'}.`,
    );
  return found;
}

async function foldedByRuntime(model: Model): Promise<Model> {
  const folder = await mkdtemp(join(tmpdir(), 'graft-engine-'));
  try {
    const path = join(folder, 'folded.onnx');
    const session = await InferenceSession.create(model.toBytes(), {
      ...quiet,
      graphOptimizationLevel: 'basic',
      optimizedModelFilePath: path,
    });
    await session.release();
    return Model.of(fromBinary(ModelProtoSchema, await readFile(path)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function inferredByRuntime(model: Model): Promise<SpecialisedModel['values']> {
  const values = await inferredValues(model);
  return new Map(
    [...values].map(([name, value]) => [name, { type: value.type, shape: fixedShape({ name, ...value }) }]),
  );
}
