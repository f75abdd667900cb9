import { z } from 'zod';
import { dto } from '../../platform/http/index.js';
import { RecipeNameDto } from './runs.dto.js';

const RecipeDto = dto(
  'Recipe',
  z.strictObject({
    recipe: RecipeNameDto,
    title: z.string(),
    description: z.string(),
    produces: z.string().describe('What step:NAME refers to: bundle, snapshot or report'),
    schema: z.record(z.string(), z.unknown()).describe('JSON Schema (2020-12) of the parameters'),
  }),
);

const TemplateDto = dto(
  'ExperimentTemplate',
  z.strictObject({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    spec: z
      .record(z.string(), z.unknown())
      .describe('An experiment to adapt: DATASET and GENERIC stand for datasets, TARGET for an attribute'),
  }),
);

export const RecipeListDto = dto(
  'RecipeList',
  z.strictObject({ items: z.array(RecipeDto), total: z.number().int(), templates: z.array(TemplateDto) }),
);
export type RecipeListDto = z.infer<typeof RecipeListDto>;
