import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { migrations } from './migrations.js';

const files = readdirSync(import.meta.dirname)
  .filter((file) => /^\d+-/.test(file))
  .sort();

/** 1795381200002-create-artifacts.ts -> CreateArtifacts1795381200002 */
function className(file: string): string {
  const [timestamp, ...words] = file.replace(/\.ts$/, '').split('-');
  return words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('') + timestamp;
}

it('lists every migration file, oldest first', () => {
  expect(migrations.map((migration) => migration.name)).toEqual(files.map(className));
});

it('gives every migration 13 digits of its own and a name that says what it does', () => {
  const timestamps = files.map((file) => file.split('-')[0]);
  expect(new Set(timestamps).size).toBe(files.length);
  for (const file of files) expect(file).toMatch(/^\d{13}-(?!migration\.ts)[a-z0-9]+(-[a-z0-9]+)+\.ts$/);
});
