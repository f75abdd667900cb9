import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  type GraphProto,
  type ModelProto,
  type TensorProto,
} from '../proto/onnx.gen.js';
import { copyOf, readTensorProto, readValueInfo, tensorProto, type Shape } from '../proto/messages.js';
import type { ElementType, Tensor } from '../tensors/tensor.js';

/** An input or output of a model. */
export interface Port {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
}

/**
 * One ONNX model as a value: nothing changes it, every edit answers a new one that shares what did not change.
 * `proto` holds everything but the initializers that the engine can read; those lie in `initializers`, by name.
 */
export class Model {
  private constructor(
    readonly proto: ModelProto,
    readonly initializers: ReadonlyMap<string, Tensor>,
    /** Names of all initializers as the file listed them, so that it is written back in its own order. */
    private readonly order: readonly string[],
  ) {}

  /** Takes a decoded file whose initializers hold their data (external data is resolved by `loadModel`). */
  static of(proto: ModelProto, resolved: ReadonlyMap<string, Tensor> = new Map()): Model {
    const graph = proto.graph ?? create(GraphProtoSchema);
    const kept: TensorProto[] = [];
    const initializers = new Map<string, Tensor>();
    for (const initializer of graph.initializer) {
      const value = resolved.get(initializer.name) ?? readTensorProto(initializer);
      if (value) initializers.set(initializer.name, value);
      else kept.push(initializer);
    }
    for (const [name, value] of resolved) initializers.set(name, value);
    const order = graph.initializer.map(({ name }) => name);
    return new Model(copyOf(proto, { graph: copyOf(graph, { initializer: kept }) }), initializers, order);
  }

  /** Reads a self-contained file; throws where tensors lie outside it. */
  static fromBytes(bytes: Uint8Array): Model {
    const proto = fromBinary(ModelProtoSchema, bytes);
    const outside = proto.graph?.initializer.find((initializer) => initializer.externalData.length > 0);
    if (outside)
      throw new Error(
        `Initializer "${outside.name}": expected its data in the model, found external data. Use loadModel(path).`,
      );
    return Model.of(proto);
  }

  get graph(): GraphProto {
    return this.proto.graph!;
  }

  /** What a caller feeds: an initializer that is listed as an input too is not among them. */
  get inputs(): readonly Port[] {
    return this.graph.input
      .filter(({ name }) => !this.initializers.has(name))
      .map((info) => ({ name: info.name, ...known(info.name, readValueInfo(info)) }));
  }

  get outputs(): readonly Port[] {
    return this.graph.output.map((info) => ({ name: info.name, ...known(info.name, readValueInfo(info)) }));
  }

  /** Version of the standard operator set. */
  get opset(): number {
    return this.operatorSets.get('') ?? 0;
  }

  /** Versions of all operator sets, by domain; the standard one is called ''. */
  get operatorSets(): ReadonlyMap<string, number> {
    return new Map(
      this.proto.opsetImport.map(({ domain, version }) => [domain === 'ai.onnx' ? '' : domain, Number(version)]),
    );
  }

  get metadata(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.proto.metadataProps.map(({ key, value }) => [key, value]));
  }

  withMetadata(changes: Readonly<Record<string, string>>): Model {
    const metadataProps = Object.entries({ ...this.metadata, ...changes }).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    );
    return new Model(copyOf(this.proto, { metadataProps }), this.initializers, this.order);
  }

  /** Replaces initializers by name; type and shape must stay. */
  withInitializers(changes: ReadonlyMap<string, Tensor>): Model {
    for (const [name, value] of changes) {
      const old = this.initializers.get(name);
      if (!old)
        throw new Error(
          `Initializer "${name}": expected one of the model's ${this.initializers.size}, found no such name.`,
        );
      if (old.type !== value.type || old.shape.join() !== value.shape.join()) {
        throw new Error(
          `Initializer "${name}": expected ${old.type} [${old.shape.join(', ')}], found ${value.type} [${value.shape.join(', ')}].`,
        );
      }
    }
    return new Model(this.proto, new Map([...this.initializers, ...changes]), this.order);
  }

  /** The same weights under another head: operator sets, functions, metadata. Its graph must hold the same names. */
  withProto(proto: ModelProto): Model {
    return new Model(proto, this.initializers, this.order);
  }

  /** The same model over another graph and other initializers: the building block of surgery. */
  withGraph(graph: GraphProto, initializers: ReadonlyMap<string, Tensor>): Model {
    return new Model(copyOf(this.proto, { graph }), initializers, this.order);
  }

  /** One self-contained file. Protobuf ends at 2 GiB: save larger models with `saveModel`. */
  toBytes(): Uint8Array {
    return toBinary(ModelProtoSchema, this.withInitializerMessages(tensorProto));
  }

  /** The whole file as a message; `message` says how each initializer is written. */
  withInitializerMessages(message: (name: string, value: Tensor) => TensorProto): ModelProto {
    const written = [...this.initializers].map(([name, value]) => message(name, value));
    const position = new Map(this.order.map((name, index) => [name, index]));
    const at = ({ name }: TensorProto): number => position.get(name) ?? position.size;
    const initializer = [...this.graph.initializer, ...written].sort((a, b) => at(a) - at(b));
    return copyOf(this.proto, { graph: copyOf(this.graph, { initializer }) });
  }
}

function known(
  name: string,
  found: { type: ElementType; shape: Shape } | undefined,
): { type: ElementType; shape: Shape } {
  if (!found)
    throw new Error(`Port "${name}": expected a tensor of a known type and rank, found none recorded in the model.`);
  return found;
}
