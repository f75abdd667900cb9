import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { Event, type EventType } from './event.js';
import { Command, Task, type TaskKind } from './task.js';

const folder = join(import.meta.dirname, '../golden');
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const schemaOf = (name: string): z.ZodType => (name.startsWith('command.') ? Command : Event);

describe('golden messages', () => {
  it.each(names)('%s is read as it stands', (name) => {
    expect(schemaOf(name).parse(read(name))).toEqual(read(name));
  });

  it.each(names)('%s with an unknown field is refused', (name) => {
    expect(schemaOf(name).safeParse({ ...(read(name) as object), surprise: 1 }).success).toBe(false);
  });

  it('exist for every kind of task and every type of event', () => {
    const kinds = names.flatMap((name) => {
      const message = schemaOf(name).parse(read(name)) as Command | Event;
      return message.type === 'task' ? [message.task.kind] : [message.type];
    });
    const expected: readonly (TaskKind | EventType | 'cancel')[] = [
      ...Task.options.map((option) => option.shape.kind.value),
      ...Event.options.map((option) => option.shape.type.value),
      'cancel',
    ];
    expect(new Set(kinds)).toEqual(new Set(expected));
  });
});
