import { create } from '@bufbuild/protobuf';
import { OperatorSetIdProtoSchema, type FunctionProto, type ModelProto } from '../proto/onnx.gen.js';
import { copyOf } from '../proto/messages.js';
import type { Model } from './model.js';
import { upgraded } from './upgrade/upgrade.js';

/**
 * Two models that are to become one: in the same standard operator set (the older is carried over), and what the head of the joined
 * one says. Throws where they import another domain in different versions or hold different functions of one name.
 */
export function joined(first: Model, second: Model): { first: Model; second: Model; head: ModelProto } {
  const [a, b] = sameStandard(first, second);
  const versions = new Map(a.operatorSets);
  for (const [domain, version] of b.operatorSets) {
    const other = versions.get(domain);
    if (other !== undefined && other !== version)
      throw new Error(`Operator set "${domain}": expected one version in both models, found ${other} and ${version}.`);
    versions.set(domain, version);
  }
  const head = copyOf(a.proto, {
    irVersion: a.proto.irVersion > b.proto.irVersion ? a.proto.irVersion : b.proto.irVersion,
    opsetImport: [...versions].map(([domain, version]) =>
      create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }),
    ),
    functions: joinedFunctions(a.proto.functions, b.proto.functions),
  });
  return { first: a, second: b, head };
}

function sameStandard(first: Model, second: Model): [Model, Model] {
  if (first.opset === second.opset || first.opset === 0 || second.opset === 0) return [first, second];
  const [a, b] = [upgraded(first), upgraded(second)];
  if (a.opset === b.opset) return [a, b];
  const newest = Math.max(a.opset, b.opset);
  return [upgraded(first, newest), upgraded(second, newest)];
}

function joinedFunctions(first: readonly FunctionProto[], second: readonly FunctionProto[]): FunctionProto[] {
  const key = ({ domain, name, overload }: FunctionProto): string => `${domain}:${name}:${overload}`;
  const known = new Map(first.map((body) => [key(body), body]));
  const more = second.filter((body) => {
    const other = known.get(key(body));
    if (other && (other.node.length !== body.node.length || other.input.join() !== body.input.join()))
      throw new Error(`Function "${body.name}" of "${body.domain}": expected one meaning in both models, found two.`);
    return !other;
  });
  return [...first, ...more];
}
