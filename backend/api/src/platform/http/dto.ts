import { z } from 'zod';

const named = new Map<string, z.ZodType>();

/**
 * Gives a schema its name in the OpenAPI document, which lists it as a component and refers to it by that name.
 *
 * @throws when another schema has the name: two shapes under one name would hide each other
 */
export function dto<T extends z.ZodType>(name: string, schema: T): T {
  if (named.has(name) && named.get(name) !== schema)
    throw new Error(`Two schemas are named ${name}: names of the API are unique`);
  named.set(name, schema);
  z.globalRegistry.add(schema, { ...schema.meta(), id: name });
  return schema;
}

/** The answer of a list route: one page and the number of all matches. */
export function listDto<T extends z.ZodType>(
  name: string,
  item: T,
): z.ZodObject<{ items: z.ZodArray<T>; total: z.ZodNumber }, z.core.$strict> {
  return dto(
    name,
    z.strictObject({
      items: z.array(item),
      total: z.number().int().describe('Number of matches on all pages together'),
    }),
  );
}

/** Query parameters that every list takes; extend it with named filters. */
export function listQuery<const S extends readonly [string, ...string[]]>(
  sortable: S,
  fallback: { sort: S[number]; order: 'asc' | 'desc' },
) {
  return z.strictObject({
    page: z.coerce.number().int().min(1).default(1),
    perPage: z.coerce.number().int().min(1).max(200).default(25),
    sort: z.enum(sortable).default(fallback.sort as never),
    order: z.enum(['asc', 'desc']).default(fallback.order),
  });
}

/** The id in a path: `@Param('id', { schema: Id })`. */
export const Id = z.uuid();

/** A moment in JSON. */
export const Timestamp = z.iso.datetime();
