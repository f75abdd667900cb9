import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type ModelProto, type NodeProto, type ValueInfoProto } from '../proto/onnx.gen.js';
import { allNodes } from '../model/walk.js';
import { readArchive } from './archive.js';
import { parseValue, type SuiteValue } from './suite-value.js';

/** One published test: a model and what it answers. */
export interface SuiteTest {
  /** "node/test_abs" */
  readonly name: string;
  /** The folder that holds `model.onnx` and `test_data_set_0`. */
  readonly folder: string;
}

export interface SuiteCase {
  readonly proto: ModelProto;
  readonly inputs: ReadonlyMap<string, SuiteValue>;
  readonly outputs: ReadonlyMap<string, SuiteValue>;
}

/** Archives with one folder for each test; `light/` inside is a set of whole models of another layout, no operator tests. */
const archives = ['node-simple-light.tar.gz', 'pytorch.tar.gz'];

/** Unpacks the published tests under `into`, since a reader of files should be tested on files. */
export function unpackSuite(published: string, into: string): SuiteTest[] {
  const tests: SuiteTest[] = [];
  for (const archive of archives) {
    for (const [path, bytes] of readArchive(join(published, archive))) {
      const target = join(into, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, bytes);
      if (basename(path) === 'model.onnx') tests.push({ name: dirname(path), folder: dirname(target) });
    }
  }
  return tests.sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function readCase({ folder }: SuiteTest): SuiteCase {
  const proto = fromBinary(ModelProtoSchema, readFileSync(join(folder, 'model.onnx')));
  const data = join(folder, 'test_data_set_0');
  const files = new Set(readdirSync(data));
  const values = (kind: 'input' | 'output', ports: readonly ValueInfoProto[]): Map<string, SuiteValue> =>
    new Map(
      ports
        .map((port, index) => [port, `${kind}_${index}.pb`] as const)
        .filter(([, file]) => files.has(file))
        .map(([port, file]) => [port.name, parseValue(readFileSync(join(data, file)), port.type)]),
    );
  const graph = proto.graph!;
  return { proto, inputs: values('input', graph.input), outputs: values('output', graph.output) };
}

/** "Conv", "ai.onnx.ml.TreeEnsemble": every operator of a model, those of nested graphs and functions included. */
export function operatorsOf(proto: ModelProto): string[] {
  const found = new Set<string>();
  const visit = (nodes: readonly NodeProto[]): void => {
    for (const { domain, opType, attribute } of nodes) {
      found.add(domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`);
      for (const { g, graphs } of attribute) for (const graph of [...(g ? [g] : []), ...graphs]) visit(graph.node);
    }
  };
  visit(proto.graph!.node);
  for (const { node } of proto.functions) visit(node);
  return [...found];
}

/** Operators whose answer is drawn at random: the suite itself does not compare their values. */
export const isRandom = (proto: ModelProto): boolean =>
  allNodes(proto.graph!).some(
    ({ opType, input }) => /^(Random|Bernoulli|Multinomial)/.test(opType) || (opType === 'Dropout' && input.length > 2),
  );

/** Operators whose answer is as large as their data say. */
const sizedByData = new Set([
  'Compress',
  'ImageDecoder',
  'NonMaxSuppression',
  'NonZero',
  'StringNormalizer',
  'StringSplit',
  'Unique',
]);

export const isSizedByData = (proto: ModelProto): boolean =>
  allNodes(proto.graph!).some(({ opType }) => sizedByData.has(opType));

/** Real inputs that steer an operator and are constants in a real model, by operator and position. */
const controls: Readonly<Record<string, readonly number[]>> = {
  Dropout: [1],
  NonMaxSuppression: [3, 4],
  OneHot: [0, 1],
  QuantizeLinear: [1, 2],
  Range: [0, 1, 2],
  Resize: [1, 2],
  Upsample: [1],
};

export const steeringInputs = (proto: ModelProto): Set<string> =>
  new Set(
    proto.graph!.node.flatMap(({ opType, input }) =>
      (controls[opType] ?? []).flatMap((position) => input[position] ?? []),
    ),
  );
