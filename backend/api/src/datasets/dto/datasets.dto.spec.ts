import { expect, it } from 'vitest';
import { ListDatasetItemsQuery } from './datasets.dto.js';

it.each(['toString', 'constructor', 'hasOwnProperty', 'splt'])('refuses the unknown query name %s', (name) => {
  const { error } = ListDatasetItemsQuery.safeParse({ [name]: 'x' });
  expect(error?.issues).toMatchObject([{ code: 'unrecognized_keys', keys: [name] }]);
});

it('takes its own names and those of attributes', () => {
  expect(ListDatasetItemsQuery.safeParse({ split: 'val', q: 'shoe', 'attribute.toString': 'x' }).success).toBe(true);
});
