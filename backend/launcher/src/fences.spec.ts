// Each fence of the tree, proven by a snippet that breaks it.
import path from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, test } from 'vitest';
import { apiLayers, depConstraints } from '../lint/constraints.mjs';
import { readProjects, workspaceRoot } from '../lint/workspace.mjs';

const configFile = path.join(workspaceRoot, 'eslint.config.mjs');
// Snippets stand for files that do not exist, so there is no program to take types from.
const untyped = new ESLint({
  cwd: workspaceRoot,
  overrideConfigFile: configFile,
  overrideConfig: [
    { ...tseslint.configs.disableTypeChecked, languageOptions: { parserOptions: { projectService: false } } },
  ],
});

async function rulesBroken(file: string, code: string, eslint = untyped): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(code, { filePath: path.join(workspaceRoot, file) });
  return (result?.messages ?? []).map((message) => message.ruleId ?? message.message);
}

const uses = (name: string): string => `import { x } from '${name}';\nexport const y = x;\n`;

describe('projects', () => {
  test('every project carries exactly one type tag, and the table has a row for it', () => {
    for (const project of readProjects()) {
      expect(project.tags, project.name).toHaveLength(1);
      expect(Object.keys(depConstraints), project.name).toContain(project.tags[0]);
    }
  });

  test('no row speaks for everybody, and no row names a tag that does not exist', () => {
    const tags = new Set(readProjects().flatMap((project) => project.tags));
    const rows: Record<string, { may: string[]; tests?: string[] }> = depConstraints;
    for (const [tag, row] of Object.entries(rows)) {
      for (const name of [tag, ...row.may, ...(row.tests ?? [])]) expect(tags).toContain(name);
    }
  });

  test.each([
    ['backend/client/src/a.ts', '@graft/protocol'],
    ['sandboxes/protocol/src/a.ts', '@graft/engine'],
    ['sandboxes/engine/src/a.ts', '@graft/protocol'],
    ['migrations/src/a.ts', '@graft/api'],
    ['sandboxes/runner/src/a.ts', '@graft/engine'],
    ['sandboxes/embed/src/a.ts', '@graft/finetune'],
    ['sandboxes/embed/src/a.ts', '@graft/api'],
    ['backend/api/src/models/a.ts', '@graft/engine'],
    ['backend/api/src/models/a.ts', '@graft/launcher'],
    ['backend/api/src/models/a.ts', 'onnxruntime-node'],
    ['backend/cli/src/a.ts', '@graft/protocol'],
    ['console/src/a.ts', '@graft/api'],
    ['backend/launcher/src/a.ts', '@graft/api'],
    ['e2e/a.ts', '@graft/api'],
    ['sandboxes/serve/src/a.ts', 'pg'],
    ['backend/cli/src/a.ts', '../../api/src/kernel/index.js'],
  ])('%s cannot import %s', async (file, name) => {
    expect(await rulesBroken(file, uses(name))).toEqual(['graft/project-fence']);
  });

  test.each([
    ['sandboxes/embed/src/a.ts', '@graft/engine'],
    ['backend/api/src/models/a.ts', '@graft/protocol'],
    ['backend/api/src/models/a.db-spec.ts', '@graft/launcher'],
    ['console/src/a.ts', '@graft/client'],
    ['e2e/a.ts', '@graft/protocol'],
  ])('%s may import %s', async (file, name) => {
    expect(await rulesBroken(file, uses(name))).toEqual([]);
  });
});

describe('backend/api/src', () => {
  test.each(apiLayers.slice(0, -1).map((layer, index) => [layer, apiLayers[index + 1]]))(
    '%s stands below %s',
    async (lower, upper) => {
      expect(await rulesBroken(`backend/api/src/${lower}/a.ts`, uses(`../${upper}/index.js`))).toEqual([
        'graft/layer-order',
      ]);
      expect(await rulesBroken(`backend/api/src/${upper}/a.ts`, uses(`../${lower}/index.js`))).toEqual([]);
    },
  );

  test('a feature is reached through its index', async () => {
    expect(await rulesBroken('backend/api/src/rollouts/a.ts', uses('../models/models.service.js'))).toEqual([
      'graft/layer-order',
    ]);
  });

  test('a folder without a place in the order is refused', async () => {
    expect(await rulesBroken('backend/api/src/gadgets/a.ts', 'export const x = 1;\n')).toEqual(['graft/layer-order']);
  });

  test('testing may look at every layer, and only tests look at it', async () => {
    expect(await rulesBroken('backend/api/src/testing/a.ts', uses('../models/model.entity.js'))).toEqual([]);
    expect(await rulesBroken('backend/api/src/models/a.db-spec.ts', uses('../testing/database.js'))).toEqual([]);
    expect(await rulesBroken('backend/api/src/models/a.ts', uses('../testing/database.js'))).toEqual([
      'graft/layer-order',
    ]);
  });

  test('a circle of imports is refused', async () => {
    expect(await rulesBroken('backend/launcher/src/postgres/account.ts', uses('./server.js'))).toEqual([
      'graft/no-cycle',
    ]);
  });
});

describe('single lines', () => {
  const inModels = 'backend/api/src/models/models.service.ts';

  test.each([
    ['an enum', 'export enum Colour { Red }\n', 'no-restricted-syntax'],
    ['a default export', 'export default 1;\n', 'no-restricted-syntax'],
    ['the environment', 'export const home = process.env.HOME;\n', 'no-restricted-syntax'],
    ['forwardRef', 'export const m = forwardRef;\n', 'no-restricted-syntax'],
    ['a raw repository', 'export const r = InjectRepository;\n', 'no-restricted-syntax'],
    [
      'five parameters',
      'export function f(a: 1, b: 1, c: 1, d: 1, e: 1): number { return a + b + c + d + e; }\n',
      'no-restricted-syntax',
    ],
    ['any', 'export const x: any = 1;\n', '@typescript-eslint/no-explicit-any'],
    ['a note to self', `export const x = 1; // ${'TO' + 'DO'} later\n`, 'no-warning-comments'],
    ['an unexplained suppression', '/* eslint-disable no-console */\nexport const x = 1;\n', 'graft/disable-reason'],
    ['a file that is too long', 'export const x = 1;\n' + '\n'.repeat(400), 'max-lines'],
  ])('%s', async (_what, code, rule) => {
    expect(await rulesBroken(inModels, code)).toContain(rule);
  });

  test('the environment and raw repositories have their one place', async () => {
    const environment = 'export const home = process.env.HOME;\n';
    expect(await rulesBroken('backend/api/src/platform/config/env.ts', environment)).toEqual([]);
    const repository = 'export const r = InjectRepository;\n';
    expect(await rulesBroken('backend/api/src/models/models.repository.ts', repository)).toEqual([]);
  });

  test.each(['text-utils.ts', 'helper.ts', 'rollout.manager.ts', 'base.service.ts'])('the name %s', async (name) => {
    expect(await rulesBroken(`backend/api/src/models/${name}`, 'export const x = 1;\n')).toEqual(['graft/file-name']);
  });

  test('a forgotten promise and a forgotten case', async () => {
    const typed = new ESLint({ cwd: workspaceRoot, overrideConfigFile: configFile });
    const code =
      "export function f(x: 'a' | 'b'): void { switch (x) { case 'a': break; } }\nexport function g(): void { Promise.resolve(1); }\n";
    expect(await rulesBroken('backend/launcher/src/free-port.ts', code, typed)).toEqual([
      '@typescript-eslint/switch-exhaustiveness-check',
      '@typescript-eslint/no-floating-promises',
    ]);
  });
});
