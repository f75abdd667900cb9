import type { Tensor as RuntimeTensor } from 'onnxruntime-node';
import { TensorProto_DataType as Type, type TensorProto } from '../proto/onnx.gen.js';
import { numbersOf } from './numbers.js';

/** The tolerances of the suite's own runner (onnx/backend/test/runner). */
const RELATIVE = 1e-3;
const ABSOLUTE = 1e-7;

/** Undefined where the answer is the expected one; else which output, what was expected, what was found. */
export function differenceOf(path: string, expected: TensorProto, found: RuntimeTensor): string | undefined {
  const sizes = [expected.dims.join(), found.dims.join()];
  if (sizes[0] !== sizes[1]) return `output "${path}": expected shape [${sizes[0]}], found [${sizes[1]}]`;
  const [left, right] = [numbersOf(expected), valuesOf(found)];
  if (left.length !== right.length) return `output "${path}": expected ${left.length} values, found ${right.length}`;
  for (let at = 0; at < left.length; at += 1)
    if (!close(left[at]!, right[at]!))
      return `output "${path}": expected ${left[at]} at ${at}, found ${right[at]} (${Type[expected.dataType]})`;
  return undefined;
}

function valuesOf(found: RuntimeTensor): ArrayLike<number | bigint | string> {
  return found.data as ArrayLike<number | bigint | string>;
}

function close(expected: number | bigint | string, found: number | bigint | string | boolean): boolean {
  if (typeof expected === 'number') {
    const value = Number(found);
    if (Object.is(expected, value) || expected === value) return true;
    return Math.abs(value - expected) <= ABSOLUTE + RELATIVE * Math.abs(expected);
  }
  return typeof expected === 'bigint' ? BigInt(found) === expected : expected === found;
}
