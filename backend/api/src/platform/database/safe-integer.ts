import type { ValueTransformer } from 'typeorm';

/** For `bigint` columns that count bytes or items: the driver hands those over as text, since not every one fits a number. */
export const safeInteger: ValueTransformer = {
  to: (value: number | null) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};
