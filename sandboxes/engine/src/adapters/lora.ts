import { createHash } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { toBinary } from '@bufbuild/protobuf';
import { GraphProtoSchema } from '../proto/onnx.gen.js';
import type { Model } from '../model/model.js';
import { matches, refuseUnmatched, type NamePattern } from '../model/name-pattern.js';
import { SafetensorsFile, writeSafetensors } from '../tensors/safetensors.js';
import { bytesOf, type Tensor } from '../tensors/tensor.js';
import { factorName, factorShapes, loraSite, mergedWeight, startingFactors, type LoraSite } from './lora-factors.js';
import { adaptedModel } from './lora-graph.js';
import { weightUses } from './weight-uses.js';

export interface LoraOptions {
  /** Which weights change; of those that MatMul, Gemm or a Conv of one group multiplies by. */
  readonly targets: readonly NamePattern[];
  readonly rank: number;
  /** The change is scaled by alpha / rank, so that another rank needs no other learning rate. */
  readonly alpha: number;
  readonly seed?: string | number;
}

const FORMAT = 'graft-lora-1';

/**
 * A low-rank adapter of one base model (Hu et al., 2021): for each target weight two small tensors whose product is added to it.
 * The base never changes: train `attach()` with `trainable: isLoraWeight`, take the result with `withWeightsOf`, then `merge()`
 * for a model of the base's own form, or `save()` to keep the adapter apart from the base.
 */
export class LoraAdapter {
  private constructor(
    readonly base: Model,
    readonly rank: number,
    readonly alpha: number,
    private readonly sites: readonly LoraSite[],
    /** By the names they have in the attached model. */
    readonly factors: ReadonlyMap<string, Tensor>,
  ) {}

  /** A new adapter that changes nothing yet. Throws where a pattern names no weight that can have one. */
  static create(base: Model, { targets, rank, alpha, seed = 0 }: LoraOptions): LoraAdapter {
    if (!Number.isInteger(rank) || rank < 1)
      throw new Error(`LoRA rank: expected a whole number from 1 on, found ${rank}.`);
    const sites = sitesOf(base);
    refuseUnmatched('LoRA targets', targets, [...sites.keys()]);
    const chosen = [...sites.values()].filter(({ weight }) => targets.some((pattern) => matches(pattern, weight)));
    const factors = chosen.flatMap((site): [string, Tensor][] => {
      const { a, b } = startingFactors(site, rank, seed);
      return [
        [factorName(site.weight, 'a'), a],
        [factorName(site.weight, 'b'), b],
      ];
    });
    return new LoraAdapter(base, rank, alpha, chosen, new Map(factors));
  }

  /** Reads an adapter that `save` wrote. Throws where it was made for another base. */
  static async load(path: string, base: Model): Promise<LoraAdapter> {
    await using file = await SafetensorsFile.open(path);
    const { format, base: expected, rank, alpha, targets } = file.metadata;
    if (format !== FORMAT)
      throw new Error(`${path}: expected an adapter of format ${FORMAT}, found ${format ?? 'another kind of file'}.`);
    const found = modelHash(base);
    if (expected !== found)
      throw new Error(
        `${path}: expected the base that the adapter was trained on (sha256 ${expected}), found another model (${found}).`,
      );
    const sites = sitesOf(base);
    const chosen = (JSON.parse(targets ?? '[]') as string[]).map((weight) => sites.get(weight)!);
    const factors = new Map<string, Tensor>();
    for (const site of chosen) {
      const shapes = factorShapes(site, Number(rank));
      for (const factor of ['a', 'b'] as const) {
        const name = factorName(site.weight, factor);
        const value = await file.read(name);
        if (value.shape.join() !== shapes[factor].join())
          throw new Error(
            `${path}: "${name}": expected shape [${shapes[factor].join(', ')}], found [${value.shape.join(', ')}].`,
          );
        factors.set(name, value);
      }
    }
    return new LoraAdapter(base, Number(rank), Number(alpha), chosen, factors);
  }

  /** The names of the weights it changes. */
  get targets(): string[] {
    return this.sites.map(({ weight }) => weight);
  }

  /** The base with the adapter beside its weights: what is trained. */
  attach(): Model {
    return adaptedModel(this.base, { sites: this.sites, scale: this.alpha / this.rank, factors: this.factors });
  }

  /** The same adapter with the factors of an attached model after training. */
  withWeightsOf(attached: Model): LoraAdapter {
    const factors = [...this.factors.keys()].map((name): [string, Tensor] => {
      const value = attached.initializers.get(name);
      if (!value) throw new Error(`Initializer "${name}": expected it in the attached model, found none.`);
      return [name, value];
    });
    return new LoraAdapter(this.base, this.rank, this.alpha, this.sites, new Map(factors));
  }

  /** The base's own graph with changed weights: as fast as the base, its answers those of the attached model. */
  merge(): Model {
    const merged = this.sites.map((site): [string, Tensor] => {
      const [a, b] = (['a', 'b'] as const).map((factor) => this.factors.get(factorName(site.weight, factor))!) as [
        Tensor,
        Tensor,
      ];
      const base = this.base.initializers.get(site.weight)!;
      return [site.weight, mergedWeight(site, base, { a, b, scale: this.alpha / this.rank })];
    });
    return this.base.withInitializers(new Map(merged));
  }

  /** Writes the adapter alone as safetensors, whole or not at all; the metadata name its base by sha256. */
  async save(path: string): Promise<void> {
    await writeSafetensors(`${path}.part`, this.factors, {
      format: FORMAT,
      base: modelHash(this.base),
      rank: String(this.rank),
      alpha: String(this.alpha),
      targets: JSON.stringify(this.targets),
    });
    await rename(`${path}.part`, path);
  }
}

/** The weights of a model that can have an adapter, by name. */
function sitesOf(model: Model): Map<string, LoraSite> {
  const sites = [...weightUses(model)].map(([weight, uses]) => loraSite(model, weight, uses));
  return new Map(sites.filter((site) => site !== undefined).map((site) => [site.weight, site]));
}

/** Of graph and weights; metadata may change without making another base of it. */
function modelHash(model: Model): string {
  const hash = createHash('sha256').update(toBinary(GraphProtoSchema, model.graph));
  for (const name of [...model.initializers.keys()].sort()) {
    const value = model.initializers.get(name)!;
    hash.update(JSON.stringify([name, value.type, value.shape])).update(bytesOf(value));
  }
  return hash.digest('hex');
}
