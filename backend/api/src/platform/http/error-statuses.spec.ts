import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { errorStatuses } from './error-statuses.js';

const source = path.resolve(import.meta.dirname, '../..');

/** Every code that is thrown anywhere in the source, with the file that throws it. */
function thrownCodes(): Map<string, string> {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('spec.ts'),
  );
  const codes = new Map<string, string>();
  for (const file of files) {
    const text = readFileSync(path.join(source, file), 'utf8');
    for (const [, code] of text.matchAll(/new DomainError\(\s*'([^']+)'/g)) codes.set(code!, file);
  }
  return codes;
}

it('gives every thrown code a status', () => {
  const missing = [...thrownCodes()]
    .filter(([code]) => errorStatuses[code] === undefined)
    .map(([code, file]) => `${code} (${file})`);
  expect(missing).toEqual([]);
});

it('keeps no row for a code that nothing throws', () => {
  const thrown = thrownCodes();
  expect(Object.keys(errorStatuses).filter((code) => !thrown.has(code))).toEqual([]);
});
