import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  StringStringEntryProtoSchema,
  TensorProto_DataLocation as Location,
  TensorProto_DataType as Type,
  TensorProtoSchema,
} from '../proto/onnx.gen.js';
import { copyOf, valueInfo } from '../proto/messages.js';
import { float32 } from '../tensors/tensor.js';
import { handWritten, op, type HandWritten } from '../testing/hand-written.js';
import { tinyVit } from '../testing/tiny-networks.js';
import { describe as described } from './describe.js';
import { Model } from './model.js';
import { problemMessage, validate } from './validate.js';

async function problems(model: Partial<HandWritten>): Promise<string[]> {
  const found = await validate(handWritten({ inputs: { x: [2] }, outputs: { y: [2] }, nodes: [], ...model }));
  return found.map(problemMessage);
}

describe('a validator', () => {
  it('has nothing to say about a sound model', async () => {
    expect(await validate(tinyVit({ tokens: 4, patch: 6, dim: 8, depth: 1, heads: 2 }))).toEqual([]);
  });

  it('names a value that nothing makes', async () => {
    expect(await problems({ nodes: [op('Add', ['x', 'bias'], 'y')] })).toEqual([
      'Node "Add:y", input "bias": expected a value that an initializer, an input or a node before it gives, found no such value.',
    ]);
    expect(await problems({ nodes: [op('Neg', ['x'], 'z')] })).toEqual([
      'Output "y": expected a value that a node makes, found no such value.',
    ]);
  });

  it('names a value with two makers', async () => {
    const twice = [op('Neg', ['x'], 'y'), op('Exp', ['x'], 'y')];
    expect(await problems({ nodes: twice })).toEqual([
      'Value "y": expected one maker, found two: node "Neg:y" and node "Exp:y".',
    ]);
  });

  it('tells a wrong order from a cycle', async () => {
    const [order] = await problems({ nodes: [op('Exp', ['a'], 'y'), op('Neg', ['x'], 'a')] });
    expect(order).toMatch(/Node "Exp:y", input "a": .* found it made later, by node "Neg:a"/);
    const cycle = await problems({ nodes: [op('Add', ['x', 'y'], 'a'), op('Neg', ['a'], 'y')] });
    expect(cycle.at(-1)).toBe('Graph "hand-written": expected nodes without a cycle, found Add:a -> Neg:y -> Add:a.');
  });

  it('names a domain without an imported operator set', async () => {
    expect(await problems({ nodes: [op('com.acme.Magic', ['x'], 'y')] })).toEqual([
      'Operator set "com.acme": expected an imported version, which node "Magic:y" (Magic) needs, found none.',
    ]);
  });

  it('names data that lie elsewhere', async () => {
    const outside = create(TensorProtoSchema, {
      name: 'w',
      dims: [2n],
      dataType: Type.INT4,
      dataLocation: Location.EXTERNAL,
      externalData: [create(StringStringEntryProtoSchema, { key: 'location', value: 'w.bin' })],
    });
    const [found] = await problems({ nodes: [op('Neg', ['x'], 'y')], opaque: [outside] });
    expect(found).toMatch(/Initializer "w": expected its data in the model .* found external data in "w.bin"/);
  });

  it('names types and shapes that differ from what onnxruntime infers', async () => {
    const model = handWritten({
      inputs: { x: [2, 3] },
      outputs: { y: [3, 2] },
      nodes: [op('Neg', ['x'], 'a'), op('Transpose', ['a'], 'y', { perm: [1, 0] })],
    });
    const wrong = model.withGraph(
      copyOf(model.graph, {
        valueInfo: [valueInfo('a', 'float64', [2, 3])],
        output: [valueInfo('y', 'float32', [2, 3])],
      }),
      model.initializers,
    );
    expect((await validate(wrong)).map(problemMessage)).toEqual([
      'Value "a": expected float64 [2, 3], as the model records, found float32 [2, 3].',
      'Value "y": expected float32 [2, 3], as the model records, found float32 [3, 2].',
    ]);
  });

  it('says what onnxruntime says where it does not load the model', async () => {
    const [found] = await problems({
      nodes: [op('Add', ['x', 'w'], 'y')],
      initializers: { w: float32([3], [1, 2, 3]) },
    });
    expect(found).toMatch(/^Model: expected one that onnxruntime loads, found .*Incompatible dimensions/s);
  });
});

describe('a description', () => {
  it('counts what is understood and names what is only kept', () => {
    const model = handWritten({
      domains: { 'com.acme': 3, 'com.microsoft': 1 },
      inputs: { x: ['n', 2] },
      outputs: ['y'],
      nodes: [op('Neg', ['x'], 'a'), op('com.acme.Magic', ['a'], 'b'), op('com.microsoft.QuickGelu', ['b'], 'y')],
      initializers: { w: float32([2, 2], [1, 2, 3, 4]) },
      opaque: [
        create(TensorProtoSchema, { name: 'q', dims: [4n], dataType: Type.UINT4, rawData: Uint8Array.of(1, 2) }),
      ],
    });
    const unknownField = Uint8Array.of(0xfa, 0x3e, 0x03, 0x61, 0x62, 0x63); // field 1007, the bytes "abc"
    const found = described(Model.fromBytes(Uint8Array.from([...model.toBytes(), ...unknownField])));
    expect(found).toMatchObject({
      producer: 'a hand',
      operatorSets: { '': 21, 'com.acme': 3, 'com.microsoft': 1 },
      inputs: [{ name: 'x', type: 'float32', shape: ['n', 2] }],
      operators: { Neg: 1, 'com.acme.Magic': 1, 'com.microsoft.QuickGelu': 1 },
      weights: { tensors: 2, numbers: 8, bytes: 18 },
      kept: {
        unknownDomains: ['com.acme'],
        opaqueInitializers: [{ name: 'q', type: 'UINT4', shape: [4] }],
        unknownFields: ['model: field 1007'],
      },
    });
  });
});
