import { SearchAnswer, SearchHit, SearchRequest } from '@graft/protocol';
import { z } from 'zod';
import { dto } from '../../platform/http/index.js';
import type { Searched } from '../searches.service.js';

export const SearchRequestDto = dto('SearchRequest', SearchRequest);
export type SearchRequestDto = SearchRequest;

export const SearchHitDto = dto('SearchHit', SearchHit);

export const SearchAnswerDto = dto(
  'SearchAnswer',
  SearchAnswer.extend({
    items: z.array(SearchHitDto),
    version: z.number().int().describe('Version of the index that answered'),
    datasetVersionId: z.uuid().describe('Where the pictures of what is found are: getItemPicture'),
  }),
);
export type SearchAnswerDto = z.infer<typeof SearchAnswerDto>;

export function searchAnswerDto({ version, answer }: Searched): SearchAnswerDto {
  return { ...answer, version: version.version, datasetVersionId: version.datasetVersionId };
}
