import type { DatasetItem, PreflightReport } from '@graft/protocol';
import type { LabelVocabulary } from '../labels.js';
import { tokensOf } from '../text-tokens.js';
import type { TextInputs } from './training-inputs.js';
import type { Splits } from './twins.js';

const EXAMPLES = 12;

export function labelFacts({ train, validation }: Splits, vocabulary: LabelVocabulary): PreflightReport['labels'] {
  return Object.entries(vocabulary).map(([target, labels]) => {
    const labelled = train.filter((item) => item.attributes[target] !== undefined);
    // The vocabulary is sorted by how often a label is seen.
    const rarest = labels.at(-1)!;
    const known = new Set(labels);
    const seen = new Set(validation.flatMap((item) => item.attributes[target] ?? []));
    return {
      target,
      classes: labels.length,
      unlabelled: train.length - labelled.length,
      rarest: { label: rarest, items: labelled.filter((item) => item.attributes[target] === rarest).length },
      onlyInValidation: [...seen].filter((label) => !known.has(label)).toSorted(),
    };
  });
}

export function textFacts(items: readonly DatasetItem[], { encoding, readings }: TextInputs): PreflightReport['texts'] {
  const counted = items.map((item) => ({
    id: item.id,
    tokens: Math.max(...readings(item).map((text) => tokensOf(text, encoding).length)),
  }));
  const cut = counted.filter(({ tokens }) => tokens > encoding.length);
  return {
    length: encoding.length,
    longest: counted.reduce((longest, { tokens }) => Math.max(longest, tokens), 0),
    truncated: { items: cut.length, examples: cut.slice(0, EXAMPLES).map(({ id }) => id) },
    empty: counted.filter(({ tokens }) => tokens === 0).length,
  };
}
