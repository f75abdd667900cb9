type Described = { description?: string; default?: unknown; nullable?: boolean };
export type Field = Described &
  (
    | { kind: 'text' | 'boolean' }
    | { kind: 'reference'; to: ReferenceKind }
    | { kind: 'number'; integer: boolean; min?: number; max?: number }
    | { kind: 'enum'; options: string[] }
    | { kind: 'list'; item: Field }
    | { kind: 'object'; fields: NamedField[] }
    | { kind: 'choice'; tag: string; variants: { name: string; fields: NamedField[] }[] }
    | { kind: 'fixed'; value: unknown }
  );
export type NamedField = { name: string; required: boolean; field: Field };
export type ReferenceKind = 'dataset' | 'bundle' | 'snapshot';

/** Parameters that name another artifact instead of holding a value (see the experiment spec). */
const referenceFields: Record<string, ReferenceKind> = {
  dataset: 'dataset',
  base: 'bundle',
  encoder: 'bundle',
  bundle: 'bundle',
  snapshot: 'snapshot',
  previous: 'snapshot',
};

type Schema = Record<string, unknown>;
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const records = (value: unknown): Schema[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];

/** Reads a recipe's JSON Schema (the subset that recipes use) into the fields of a form. */
export function readFields(schema: unknown): NamedField[] {
  const root = isRecord(schema) ? schema : {};
  const field = readField(root, '', root);
  return field.kind === 'object' ? field.fields : [];
}

function readField(given: Schema, name: string, root: Schema): Field {
  const schema = resolve(given, root);
  const described: Described = {
    ...(typeof given.description === 'string'
      ? { description: given.description }
      : typeof schema.description === 'string' && { description: schema.description }),
    ...('default' in given && { default: given.default }),
  };
  const options = records(schema.anyOf ?? schema.oneOf);
  const present = options.filter((option) => option.type !== 'null');
  if (present.length === 1 && present[0])
    return { ...readField(present[0], name, root), ...described, nullable: options.length > 1 };
  if (present.length > 1)
    return { ...described, ...readChoice(present, root), nullable: present.length < options.length };
  if ('const' in schema) return { ...described, kind: 'fixed', value: schema.const };
  if (schema.enum) return { ...described, kind: 'enum', options: texts(schema.enum) };
  switch (schema.type) {
    case 'object':
      return { ...described, kind: 'object', fields: readProperties(schema, root) };
    case 'array':
      return { ...described, kind: 'list', item: readField(isRecord(schema.items) ? schema.items : {}, '', root) };
    case 'boolean':
      return { ...described, kind: 'boolean' };
    case 'number':
    case 'integer':
      return { ...described, kind: 'number', integer: schema.type === 'integer', ...bounds(schema) };
    default:
      return {
        ...described,
        ...(referenceFields[name] ? { kind: 'reference', to: referenceFields[name] } : { kind: 'text' }),
      };
  }
}

function resolve(schema: Schema, root: Schema): Schema {
  if (typeof schema.$ref !== 'string') return schema;
  const target = schema.$ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((at, part) => (isRecord(at) ? at[part] : undefined), root);
  return isRecord(target) ? target : {};
}

const readProperties = (schema: Schema, root: Schema): NamedField[] => {
  const required = new Set(texts(schema.required));
  return Object.entries(isRecord(schema.properties) ? schema.properties : {}).map(([name, property]) => ({
    name,
    required: required.has(name),
    field: readField(isRecord(property) ? property : {}, name, root),
  }));
};

/** Objects told apart by one constant property, as in `{kind: 'classify', …}`. */
function readChoice(options: Schema[], root: Schema): Field {
  const variants = options.map((option) => readProperties(resolve(option, root), root));
  const tag = variants[0]?.find(({ field }) => field.kind === 'fixed')?.name ?? 'kind';
  return {
    kind: 'choice',
    tag,
    variants: variants.map((fields) => {
      const fixed = fields.find((entry) => entry.name === tag)?.field;
      return {
        name: fixed?.kind === 'fixed' ? String(fixed.value) : '',
        fields: fields.filter((entry) => entry.name !== tag),
      };
    }),
  };
}

function bounds(schema: Schema): { min?: number; max?: number } {
  const min = schema.minimum ?? schema.exclusiveMinimum;
  const max = schema.maximum ?? schema.exclusiveMaximum;
  return {
    ...(typeof min === 'number' && { min }),
    ...(typeof max === 'number' && max < Number.MAX_SAFE_INTEGER && { max }),
  };
}

/** What a field holds before anyone touched it: only what is required, so that defaults stay the recipe's business. */
export function initialValue(field: Field): unknown {
  switch (field.kind) {
    case 'object':
      return Object.fromEntries(
        field.fields.filter((entry) => entry.required).map((entry) => [entry.name, initialValue(entry.field)]),
      );
    case 'choice': {
      const first = field.variants[0];
      return first ? { [field.tag]: first.name, ...initialObject(first.fields) } : {};
    }
    case 'list':
      return Array.isArray(field.default) ? field.default : [];
    case 'fixed':
      return field.value;
    case 'boolean':
      return field.default ?? false;
    case 'enum':
      return field.default ?? field.options[0];
    default:
      return field.default ?? '';
  }
}

export const initialObject = (fields: readonly NamedField[]): Record<string, unknown> =>
  Object.fromEntries(fields.filter((entry) => entry.required).map((entry) => [entry.name, initialValue(entry.field)]));

/** `learningRate` reads as `Learning rate`. */
export const fieldLabel = (name: string): string =>
  name
    .replace(/([a-z])([A-Z])/g, (_match, before: string, after: string) => `${before} ${after.toLowerCase()}`)
    .replace(/^./, (first) => first.toUpperCase());
