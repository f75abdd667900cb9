import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';
import { graft } from './backend/launcher/lint/plugin.mjs';

const nodeGlobals = [
  'process',
  'console',
  'URL',
  'fetch',
  'Buffer',
  'AbortSignal',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
];

const everywhere = [
  { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
  {
    selector: "Identifier[name='forwardRef']",
    message: 'A circle of modules; move the shared part down or send an event.',
  },
  {
    selector:
      'CallExpression[callee.object.name=/^(describe|it|test)$/][callee.property.name=/^(only|skip|todo|fixme)$/]',
    message: 'A test runs or does not exist.',
  },
  {
    selector:
      ":matches(FunctionDeclaration, ArrowFunctionExpression, :not(MethodDefinition[kind='constructor']) > FunctionExpression)[params.length>4]",
    message: 'At most 4 parameters: pass an object whose fields have names.',
  },
  {
    selector: "MethodDefinition[kind='constructor'] > FunctionExpression[params.length>7]",
    message: 'At most 7 collaborators: split the class by use case.',
  },
];
const noDefaultExport = { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' };
const noRawRepository = {
  selector: "Identifier[name='InjectRepository']",
  message: 'Queries live in *.repository.ts and nowhere else.',
};
const noEnvironment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Only platform/config/env.ts reads the environment; take the value as a parameter.',
};

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      '**/node_modules/',
      '.nx/',
      '.graft/',
      '**/*.gen.ts',
      '**/test-results/',
      '**/playwright-report/',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,tsx,mjs}'],
    extends: [eslint.configs.recommended],
    plugins: { graft },
    languageOptions: { globals: Object.fromEntries(nodeGlobals.map((name) => [name, 'readonly'])) },
    rules: {
      'graft/project-fence': 'error',
      'graft/layer-order': 'error',
      'graft/no-cycle': 'error',
      'graft/file-name': 'error',
      'graft/disable-reason': 'error',
      'max-lines': ['error', { max: 400 }],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'], location: 'anywhere' }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-syntax': ['error', ...everywhere, noDefaultExport, noRawRepository, noEnvironment],
    },
  },
  {
    files: ['**/*.repository.ts'],
    rules: { 'no-restricted-syntax': ['error', ...everywhere, noDefaultExport, noEnvironment] },
  },
  {
    // The doors of a process: the only places that read its environment.
    files: [
      'backend/api/src/platform/config/env.ts',
      'backend/cli/src/environment.ts',
      'migrations/src/main.ts',
      'backend/launcher/src/main.ts',
      'e2e/**',
    ],
    rules: { 'no-restricted-syntax': ['error', ...everywhere, noDefaultExport, noRawRepository] },
  },
  {
    files: ['console/src/*/index.ts', 'backend/launcher/src/postgres-for-vitest.ts'],
    rules: { 'no-restricted-syntax': ['error', ...everywhere, noEnvironment] },
  },
  {
    // Read by a tool, outside every program of ours: no types to ask for.
    files: ['**/*.config.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
    rules: { 'no-restricted-syntax': ['error', ...everywhere] },
  },
);
