// Files that come from one command: the OpenAPI document out of the api, and the client's types out of that document.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { StageContext } from './stages.js';

const document = 'backend/api/openapi.json';
const schema = 'backend/client/src/schema.gen.ts';

/** Writes both files. The api must be built. */
export async function generate({ tool }: Pick<StageContext, 'tool'>): Promise<boolean> {
  return (
    (await tool(process.execPath, ['backend/api/dist/openapi.js'], { LOG_LEVEL: 'silent' })) &&
    (await tool('openapi-typescript', [document, '-o', schema, '--default-non-nullable=false']))
  );
}

/** Generates them and compares with what was there; leaves the tree as it found it. */
export async function generatedFiles(context: StageContext): Promise<boolean> {
  const files = [document, schema].map((file) => path.join(context.place.root, file));
  const before = files.map(readIfThere);
  const done = await generate(context);
  const after = files.map(readIfThere);
  const drifted = files.filter((_, index) => before[index] !== after[index]);
  for (const [index, file] of files.entries()) {
    const content = before[index];
    if (content !== undefined && content !== after[index]) writeFileSync(file, content);
  }
  if (drifted.length > 0)
    console.error(`Out of date: ${drifted.join(', ')}. Run: npm run gen, and commit what it writes.`);
  return done && drifted.length === 0;
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
