// Which part may import which: the whole table, and nothing else decides it. One row for each tag, none for everybody.

/**
 * `may`: tags of our projects that production code may import; `tests`: further ones for specs and test set-up;
 * `never`: packages of others that would break what the part is for.
 */
export const depConstraints = {
  'type:contract': { may: [], never: ['@nestjs/', 'pg', 'typeorm', 'bullmq', 'onnxruntime-node', 'react'] },
  'type:engine': { may: [], never: ['@nestjs/', 'pg', 'typeorm', 'bullmq', 'react'] },
  'type:runner': { may: ['type:contract'], never: ['@nestjs/', 'pg', 'typeorm', 'bullmq'] },
  'type:recipe': {
    may: ['type:runner', 'type:engine', 'type:contract'],
    never: ['@nestjs/', 'pg', 'typeorm', 'bullmq'],
  },
  'type:migrations': { may: [], tests: ['type:launcher'], never: ['@nestjs/', 'onnxruntime-node'] },
  'type:api': {
    may: ['type:contract'],
    tests: ['type:migrations', 'type:launcher'],
    never: ['onnxruntime-node', 'react'],
  },
  'type:client': { may: [], never: ['@nestjs/', 'pg', 'typeorm', 'node:'] },
  'type:cli': { may: ['type:client'], never: ['@nestjs/', 'pg', 'typeorm', 'onnxruntime-node'] },
  'type:console': { may: ['type:client'], never: ['@nestjs/', 'pg', 'typeorm', 'onnxruntime-node'] },
  'type:launcher': { may: ['type:migrations'], never: ['@nestjs/', 'onnxruntime-node'] },
  'type:e2e': { may: ['type:client', 'type:contract'], never: ['@nestjs/', 'typeorm', 'onnxruntime-node'] },
};

/** Folders of backend/api/src, lowest first: each imports only folders that stand before it. */
export const apiLayers = [
  'kernel',
  'platform',
  'identity',
  'audit',
  'artifacts',
  'datasets',
  'spaces',
  'models',
  'sandboxes',
  'experiments',
  'space-compatibilities',
  'benchmarks',
  'search-indexes',
  'endpoints',
  'feedback',
  'gateway',
  'analysis',
  'rollouts',
];

/** Words that say nothing about what a file holds. */
export const emptyNames = ['util', 'utils', 'helper', 'helpers', 'common', 'manager', 'misc', 'base', 'impl'];
