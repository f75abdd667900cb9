import { DatasetManifest, Split } from '@graft/protocol';
import { z } from 'zod';
import { tiers } from '../../artifacts/index.js';
import { dto, listDto, listQuery, Timestamp } from '../../platform/http/index.js';
import type { Dataset } from '../dataset.entity.js';
import type { DatasetItemRow } from '../dataset-item.entity.js';
import type { DatasetVersion } from '../dataset-version.entity.js';

export const TierDto = dto(
  'Tier',
  z.enum(tiers).describe('Who the data may be shown to; restricted is user-level data'),
);

export const DatasetVersionDto = dto(
  'DatasetVersion',
  z.strictObject({
    id: z.uuid(),
    datasetId: z.uuid(),
    datasetName: z.string(),
    version: z.number().int().describe('Counts from 1 within the dataset'),
    itemCount: z.number().int(),
    pairCount: z.number().int().describe('Pairs of items that the same people engaged with'),
    splitCounts: z.record(z.string(), z.number().int()).describe('Number of items in train, val and test'),
    attributes: DatasetManifest.shape.attributes.describe(
      'Values of each attribute with their number of items, most frequent first',
    ),
    treeHash: z.string().describe('The artifact that holds its files'),
    createdAt: Timestamp,
  }),
);
export type DatasetVersionDto = z.infer<typeof DatasetVersionDto>;
export const DatasetVersionListDto = listDto('DatasetVersionList', DatasetVersionDto);
export type DatasetVersionListDto = z.infer<typeof DatasetVersionListDto>;

export const DatasetDto = dto(
  'Dataset',
  z.strictObject({
    id: z.uuid(),
    name: z.string(),
    description: z.string(),
    tier: TierDto,
    createdAt: Timestamp,
    createdBy: z.string().describe('Name of the person'),
    latestVersion: DatasetVersionDto.nullable(),
    versionCount: z.number().int(),
  }),
);
export type DatasetDto = z.infer<typeof DatasetDto>;
export const DatasetListDto = listDto('DatasetList', DatasetDto);
export type DatasetListDto = z.infer<typeof DatasetListDto>;

export const CreateDatasetDto = dto(
  'CreateDataset',
  z.strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, '1 to 64 of a-z 0-9 . _ -, starting with a letter or digit')
      .describe('What experiment files refer to as dataset:NAME'),
    description: z.string().max(2000).default(''),
    tier: TierDto,
  }),
);
export type CreateDatasetDto = z.infer<typeof CreateDatasetDto>;

export const DatasetItemDto = dto(
  'DatasetItem',
  z.strictObject({
    id: z.string(),
    title: z.string(),
    split: Split,
    attributes: z.record(z.string(), z.string()),
    width: z.number().int().describe('Of the picture, in pixels'),
    height: z.number().int(),
  }),
);
export type DatasetItemDto = z.infer<typeof DatasetItemDto>;
export const DatasetItemListDto = listDto('DatasetItemList', DatasetItemDto);
export type DatasetItemListDto = z.infer<typeof DatasetItemListDto>;

export const ListDatasetsQuery = listQuery(['name', 'createdAt'], { sort: 'name', order: 'asc' }).extend({
  q: z.string().max(100).optional().describe('Part of the name'),
});
export type ListDatasetsQuery = z.infer<typeof ListDatasetsQuery>;

export const ListDatasetVersionsQuery = listQuery(['version'], { sort: 'version', order: 'desc' });
export type ListDatasetVersionsQuery = z.infer<typeof ListDatasetVersionsQuery>;

const ATTRIBUTE = 'attribute.';

/** Besides the named filters, `attribute.<name>=<value>` for any attribute. */
export const ListDatasetItemsQuery = listQuery(['ordinal', 'id', 'title'], { sort: 'ordinal', order: 'asc' })
  .extend({ split: Split.optional(), q: z.string().max(200).optional().describe('Part of the id or title') })
  .catchall(z.string().max(256))
  .superRefine((query, context) => {
    const unknown = Object.keys(query).filter(
      (key) => !Object.hasOwn(ListDatasetItemsQuery.shape, key) && !key.startsWith(ATTRIBUTE),
    );
    if (unknown.length > 0) context.addIssue({ code: 'unrecognized_keys', keys: unknown, input: query });
  });
export type ListDatasetItemsQuery = z.infer<typeof ListDatasetItemsQuery>;

/** The filters on attributes of a query: attribute name -> value. */
export function attributeFilters(query: ListDatasetItemsQuery): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).flatMap(([key, value]) =>
      key.startsWith(ATTRIBUTE) ? [[key.slice(ATTRIBUTE.length), String(value)]] : [],
    ),
  );
}

export function datasetVersionDto(version: DatasetVersion, datasetName: string): DatasetVersionDto {
  const { id, datasetId, itemCount, pairCount, splitCounts, attributes, treeHash, createdAt } = version;
  return {
    id,
    datasetId,
    datasetName,
    version: version.version,
    itemCount,
    pairCount,
    splitCounts,
    attributes,
    treeHash,
    createdAt: createdAt.toISOString(),
  };
}

export function datasetDto({
  dataset,
  latest,
  versionCount,
}: {
  dataset: Dataset;
  latest: DatasetVersion | null;
  versionCount: number;
}): DatasetDto {
  const { id, name, description, tier, createdAt, createdByName } = dataset;
  return {
    id,
    name,
    description,
    tier,
    createdAt: createdAt.toISOString(),
    createdBy: createdByName,
    latestVersion: latest === null ? null : datasetVersionDto(latest, name),
    versionCount,
  };
}

export function datasetItemDto({ itemId, title, split, attributes, image }: DatasetItemRow): DatasetItemDto {
  return { id: itemId, title, split, attributes, width: image.width, height: image.height };
}
