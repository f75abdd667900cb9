import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TensorProto_DataType as Type, TensorProtoSchema } from '../proto/onnx.gen.js';
import { tensorProto } from '../proto/messages.js';
import { float32, int64, type Tensor } from '../tensors/tensor.js';
import { openSession } from '../runtime/session.js';
import { noise } from '../testing/fused-node.js';
import { handWritten, op, type HandWritten } from '../testing/hand-written.js';
import { readArchive } from './archive.js';
import { checkGradients } from './gradients.js';
import { numbersOf } from './numbers.js';
import type { Finding } from './outcome.js';
import { checkReadWrite } from './read-write.js';
import { checkRuns } from './runs.js';
import { checkShapes } from './shapes.js';
import type { SuiteTest } from './suite.js';
import { markdownReasons, markdownTable } from './table.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-engine-conformance-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A test as the suite publishes them. */
function published(model: HandWritten, inputs: readonly Tensor[], outputs: readonly Tensor[]): SuiteTest {
  const test = mkdtempSync(join(folder, 'test_'));
  writeFileSync(join(test, 'model.onnx'), handWritten(model).toBytes());
  const data = join(test, 'test_data_set_0');
  mkdirSync(data);
  const write = (kind: string, values: readonly Tensor[]): void => {
    for (const [at, value] of values.entries())
      writeFileSync(join(data, `${kind}_${at}.pb`), toBinary(TensorProtoSchema, tensorProto('', value)));
  };
  write('input', inputs);
  write('output', outputs);
  return { name: 'node/test', folder: test };
}

const product: HandWritten = { inputs: { a: [2], b: [2] }, outputs: { y: [2] }, nodes: [op('Mul', ['a', 'b'], 'y')] };
const inputs = [float32([2], [1, 2]), float32([2], [3, -4])];

describe('a published test', () => {
  it('passes every check where the model means what is published', async () => {
    const test = published(product, inputs, [float32([2], [3, -8])]);
    expect(checkReadWrite(test)).toEqual({ verdict: 'passed', reason: 'byte-identical' });
    expect((await checkRuns(test)).verdict).toBe('passed');
    expect((await checkShapes(test)).verdict).toBe('passed');
    expect(await checkGradients(test)).toEqual({ verdict: 'passed', reason: 'float64' });
  });

  it('fails where another value or shape is published, which is named', async () => {
    expect(await checkRuns(published(product, inputs, [float32([2], [3, 8])]))).toEqual({
      verdict: 'failed',
      reason: 'output "y": expected 8 at 1, found -8 (FLOAT)',
    });
    expect((await checkShapes(published(product, inputs, [float32([1, 2], [3, 8])]))).reason).toBe(
      'output "y": expected shape [1, 2], found [2]',
    );
  });

  it('does not apply where nothing real comes out, or nothing changes with what goes in', async () => {
    const shape: HandWritten = { inputs: { a: [2] }, outputs: ['y'], nodes: [op('Shape', ['a'], 'y')] };
    expect(await checkGradients(published(shape, inputs.slice(0, 1), [int64([1], [2])]))).toEqual({
      verdict: 'inapplicable',
      reason: 'it has no float32 output',
    });
    const round: HandWritten = { inputs: { a: [2] }, outputs: ['y'], nodes: [op('Round', ['a'], 'y')] };
    expect((await checkGradients(published(round, inputs.slice(0, 1), inputs.slice(0, 1)))).reason).toBe(
      'its real outputs do not change with its real inputs',
    );
  });
});

describe('slopes', () => {
  const [q, k, v] = [noise(1, 1, 2, 4), noise(1, 1, 4, 4), noise(1, 1, 4, 3)];
  const attention = (mask: Tensor | undefined, lengths: Tensor | undefined): HandWritten => ({
    opset: 24,
    inputs: { q: q.shape, k: k.shape, v: v.shape },
    outputs: ['y'],
    nodes: [
      op('Attention', ['q', 'k', 'v', mask ? 'mask' : '', '', '', lengths ? 'lengths' : ''], 'y', { is_causal: 1 }),
    ],
    initializers: { ...(mask ? { mask } : {}), ...(lengths ? { lengths } : {}) },
  });
  const answered = async (model: HandWritten): Promise<Tensor> => {
    await using session = await openSession(handWritten(model), { threads: 1 });
    return (await session.run({ q, k, v }, ['y'])).y;
  };

  it('are measured in 32 bits where the form of onnxruntime in 64 answers otherwise: queries that end with the keys', async () => {
    const model = attention(undefined, int64([1], [3]));
    const test = published(model, [q, k, v], [await answered(model)]);
    expect(await checkGradients(test)).toEqual({ verdict: 'passed', reason: 'float32' });
  });

  it('are measured as the engine writes it where onnxruntime does not run it: a mask of fewer columns than keys', async () => {
    const flags = (columns: number): Tensor => ({
      type: 'bool',
      shape: [2, columns],
      data: Uint8Array.from({ length: 2 * columns }, (_, at) => Number(at % columns < 2)),
    });
    const lengths = int64([1], [3]);
    const short = attention(flags(2), lengths);
    const expected = await answered(attention(flags(4), lengths));
    expect(await checkGradients(published(short, [q, k, v], [expected]))).toEqual({
      verdict: 'passed',
      reason: 'float32, written out by the engine',
    });
    const other = { ...expected, data: (expected.data as Float32Array).map((value) => value + 1) };
    expect((await checkGradients(published(short, [q, k, v], [other]))).verdict).toBe('failed');
  });
});

describe('published numbers', () => {
  it.each([
    ['FLOAT16', [0x00, 0x3c, 0x00, 0xfc, 0x01, 0x00], [1, -Infinity, 2 ** -24]],
    ['BFLOAT16', [0x80, 0x3f, 0xc0, 0x7f], [1, Number.NaN]],
    ['FLOAT8E4M3FN', [0x38, 0x7e, 0x7f, 0x01], [1, 448, Number.NaN, 2 ** -9]],
    ['FLOAT8E4M3FNUZ', [0x40, 0x7f, 0x80], [1, 240, Number.NaN]],
    ['FLOAT8E5M2', [0x3c, 0x7b, 0x7c], [1, 57344, Infinity]],
    ['FLOAT8E5M2FNUZ', [0x40, 0x7f, 0x80], [1, 57344, Number.NaN]],
    ['FLOAT8E8M0', [127, 128, 255], [1, 2, Number.NaN]],
    ['FLOAT4E2M1', [0x72, 0xf1], [1, 6, 0.5, -6]],
    ['INT4', [0x8f, 0x07], [-1, -8, 7, 0]],
    ['UINT2', [0b11100100], [0, 1, 2, 3]],
    ['INT2', [0b11100100], [0, 1, -2, -1]],
  ] as const)('of %s', (type, bytes, expected) => {
    const rawData = Uint8Array.from(bytes);
    const dims = [BigInt(expected.length)];
    expect(numbersOf(create(TensorProtoSchema, { dims, dataType: Type[type], rawData }))).toEqual([...expected]);
  });
});

it('reads the files of an archive', () => {
  const header = Buffer.alloc(512);
  header.write('a/model.onnx', 0);
  header.write('00000000003\0', 124);
  header.write('0', 156);
  const tar = Buffer.concat([header, Buffer.from('abc'), Buffer.alloc(509 + 1024)]);
  writeFileSync(join(folder, 'a.tar.gz'), gzipSync(tar));
  const found = readArchive(join(folder, 'a.tar.gz'));
  expect([...found].map(([name, bytes]) => [name, Buffer.from(bytes).toString()])).toEqual([['a/model.onnx', 'abc']]);
});

it('counts what applies and gives the reasons for the rest', () => {
  const finding = (verdict: Finding['verdict'], reason: string): Finding => ({
    test: 'node/test',
    operators: [],
    check: 'runs',
    verdict,
    reason,
  });
  const findings = [
    finding('passed', ''),
    finding('failed', 'output "y": expected 1'),
    finding('inapplicable', 'random'),
  ];
  expect(markdownTable(findings)).toContain('| `runs` | 1 | 1 | 1 | 50.0 % | 33.3 % |');
  expect(markdownReasons(findings)).toContain('Fails, `runs`: output …: expected N (1).');
});
