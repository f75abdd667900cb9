import type { NodeProto } from '../proto/onnx.gen.js';
import type { Model } from '../model/model.js';

/**
 * Inputs that hold constants of the operator, by operator: rotation tables, quantised numbers, their scales and zero points, the mean
 * and variance that a BatchNormalization has seen.
 */
const tableInputs: Readonly<Record<string, readonly number[]>> = {
  RotaryEmbedding: [1, 2],
  BatchNormalization: [3, 4],
  DequantizeLinear: [0, 1, 2],
  QuantizeLinear: [1, 2],
  'com.microsoft.RotaryEmbedding': [2, 3],
  'com.microsoft.GroupQueryAttention': [7, 8],
  'com.microsoft.GatherBlockQuantized': [0, 2, 3],
  'com.microsoft.MatMulBnb4': [1, 2],
  'com.microsoft.MatMulNBits': [1, 2, 3],
  'com.microsoft.DynamicQuantizeMatMul': [1, 2, 3],
  'com.microsoft.DequantizeLinear': [0, 1, 2],
  'com.microsoft.QuantizeLinear': [1, 2],
};

const tablesOf = ({ domain, opType }: NodeProto): readonly number[] =>
  tableInputs[domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`] ?? [];

/** Initializers that operators read as tables: no training changes them, whatever their type. */
export function operatorTables(model: Model): Set<string> {
  return new Set(model.graph.node.flatMap((node) => tablesOf(node).map((index) => node.input[index] ?? '')));
}
