import { create } from '@bufbuild/protobuf';
import { TensorProto_DataType, TensorProtoSchema } from '../proto/onnx.gen.js';
import { node } from '../proto/messages.js';
import type { GraphBuilder } from '../graph/builder.js';
import { apply, describeGradients } from '../testing/gradient-cases.js';
import { quantisationRules } from './quantisation.js';

const bytes = (g: GraphBuilder, shape: readonly number[]) =>
  g.constant({
    type: 'int8',
    shape,
    data: Int8Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, at) => 7 * at - 20),
  });

describeGradients(quantisationRules, {
  DequantizeLinear: {
    'by one scale': {
      shapes: [[]],
      build: (g, scale) => apply(g, 'DequantizeLinear', { inputs: [bytes(g, [2, 3]), scale], shape: [2, 3] }),
    },
    'by a scale for each column, with zero points': {
      shapes: [[3]],
      build: (g, scale) =>
        apply(g, 'DequantizeLinear', { inputs: [bytes(g, [2, 3]), scale, bytes(g, [3])], shape: [2, 3] }),
    },
    'of 4-bit integers, beside what is trained': {
      shapes: [[4]],
      build: (g, x) => {
        const packed = { dims: [4n], dataType: TensorProto_DataType.INT4, rawData: Uint8Array.of(0x21, 0x43) };
        g.kept.set('quantised', create(TensorProtoSchema, packed));
        const real = g.declare({ name: 'real', type: 'float32', shape: [4] });
        const input = ['quantised', g.scalar(0.5).name];
        g.nodes.push(node({ opType: 'DequantizeLinear', input, output: [real.name], attributes: {} }));
        return g.mul(x!, real);
      },
    },
    'by a scale for each block': {
      shapes: [[2, 2]],
      build: (g, scale) =>
        apply(g, 'DequantizeLinear', {
          inputs: [bytes(g, [4, 2]), scale],
          shape: [4, 2],
          attributes: { axis: 0, block_size: 2 },
        }),
    },
  },
});
