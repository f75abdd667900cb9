import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type ModelProto, type NodeProto, type ValueInfoProto } from '../proto/onnx.gen.js';
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
