import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { DomainError, type FieldProblem } from '../../kernel/index.js';

/** Parses every argument that names a schema (`@Body({ schema })`, `@Query({ schema })`, `@Param('id', { schema })`). */
@Injectable()
export class ZodPipe implements PipeTransform {
  transform(value: unknown, metadata: ArgumentMetadata): unknown {
    const schema = metadata.schema;
    return schema instanceof z.ZodType ? parseInput(schema, value, metadata.data) : value;
  }
}

/**
 * @param root name put before the path of each field: the path parameter's or form field's own name
 * @throws DomainError `validation-failed` with one entry per refused field
 */
export function parseInput<T extends z.ZodType>(schema: T, value: unknown, root?: string): z.infer<T> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap((issue) => fieldProblems(issue, root));
  throw new DomainError('validation-failed', errors.map((error) => error.message).join('; '), errors);
}

function fieldProblems(issue: z.core.$ZodIssue, root: string | undefined): FieldProblem[] {
  const path = root === undefined ? issue.path : [root, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => problem(fieldName([...path, key]), 'no field of this name', 'a value'));
  }
  const field = fieldName(path);
  return [problem(field, expectation(issue), secretField(field) ? 'a value that is not shown' : shown(issue.input))];
}

function problem(field: string, expected: string, found: string): FieldProblem {
  return { field, expected, found, message: `${field}: expected ${expected}, found ${found}` };
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected;
    case 'invalid_value':
      return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `${unit(issue.origin)}${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      return `${unit(issue.origin)}${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
    default:
      return issue.message.replace(/^(Invalid input: )?expected /, '');
  }
}

function unit(origin: string): string {
  if (origin === 'string') return 'a length of ';
  return origin === 'array' || origin === 'set' ? 'a number of entries of ' : '';
}

function fieldName(path: readonly PropertyKey[]): string {
  const name = path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
  return name === '' ? 'body' : name;
}

function secretField(field: string): boolean {
  return /password|token|secret/i.test(field);
}

function shown(input: unknown): string {
  if (input === undefined) return 'nothing';
  const text = JSON.stringify(input) ?? typeof input;
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}
