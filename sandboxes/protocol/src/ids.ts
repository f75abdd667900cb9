import { z } from 'zod';

/** Lower-case hexadecimal SHA-256. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits');

/** An item's id: what a manifest row, a vector row and a request name. */
export const ItemId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/,
    'expected 1 to 128 of A-Z a-z 0-9 . _ : -, starting with a letter or digit',
  );

/** A name that people choose: step, component, target, candidate. */
export const Name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'expected 1 to 64 of A-Z a-z 0-9 . _ -, starting with a letter or digit');

/** A path inside a mounted input or the output folder: relative, no `..`, no empty part. */
export const RelativePath = z
  .string()
  .max(512)
  .refine(
    (path) => path.split('/').every((part) => /^[A-Za-z0-9_][A-Za-z0-9 _.@+=-]{0,200}$/.test(part)),
    'expected a relative path of plain names',
  );

export const Split = z.enum(['train', 'val', 'test']);
export type Split = z.infer<typeof Split>;
