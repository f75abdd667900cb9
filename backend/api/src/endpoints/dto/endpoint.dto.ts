import { Name } from '@graft/protocol';
import { z } from 'zod';
import { dto, listDto, listQuery, Timestamp } from '../../platform/http/index.js';
import { endpointStates } from '../endpoint.states.js';
import type { EndpointView } from '../endpoints.service.js';

const Role = z.enum(['control', 'treatment']);
const Weight = z.number().min(0).max(1).describe('Share of the units, 0 to 1; the weights of an endpoint add up to 1');

const Traffic = z.strictObject({
  requests: z.number().int(),
  errors: z.number().int().describe('Requests answered with a status of 500 or above'),
  units: z.number().int(),
  latencyP50Ms: z.number().nullable(),
  latencyP95Ms: z.number().nullable(),
});

const Variant = z.strictObject({
  name: z.string(),
  role: Role,
  weight: Weight,
  modelVersionId: z.uuid(),
  modelVersion: z.number().int(),
  serverState: z.enum(['stopped', 'starting', 'ready', 'failed']),
  serverMessage: z.string().nullable().describe('Why the server is not ready'),
  traffic: Traffic.describe('The last 24 hours'),
});

export const EndpointDto = dto(
  'Endpoint',
  z.strictObject({
    id: z.uuid(),
    name: z.string(),
    modelId: z.uuid(),
    modelName: z.string(),
    state: z.enum(endpointStates.states),
    trafficRevision: z
      .number()
      .int()
      .describe('Counts the changes of weights; an analysis compares units of one revision'),
    variants: z.array(dto('EndpointVariant', Variant)),
    createdAt: Timestamp,
    retiredAt: Timestamp.nullable(),
  }),
);
export type EndpointDto = z.infer<typeof EndpointDto>;

export const EndpointListDto = listDto('EndpointList', EndpointDto);
export type EndpointListDto = z.infer<typeof EndpointListDto>;

export const ListEndpointsQuery = listQuery(['name', 'createdAt'], { sort: 'createdAt', order: 'desc' }).extend({
  state: z.enum(endpointStates.states).optional(),
  modelId: z.uuid().optional(),
});
export type ListEndpointsQuery = z.infer<typeof ListEndpointsQuery>;

export const CreateEndpointDto = dto(
  'CreateEndpoint',
  z.strictObject({
    name: Name.describe('Stands where the inference protocol says model: /v2/models/NAME/infer'),
    modelId: z.uuid(),
    variants: z
      .array(z.strictObject({ name: Name, modelVersionId: z.uuid(), weight: Weight, role: Role }))
      .min(1)
      .max(20),
  }),
);
export type CreateEndpointDto = z.infer<typeof CreateEndpointDto>;

export const SetTrafficDto = dto(
  'SetTraffic',
  z.strictObject({
    variants: z
      .array(z.strictObject({ name: Name, weight: Weight }))
      .min(1)
      .max(20),
  }),
);
export type SetTrafficDto = z.infer<typeof SetTrafficDto>;

export function endpointDto({ endpoint, modelName, variants }: EndpointView): EndpointDto {
  const { id, name, modelId, state, trafficRevision, createdAt, retiredAt } = endpoint;
  return {
    id,
    name,
    modelId,
    modelName,
    state,
    trafficRevision,
    variants: variants.map((variant) => ({ ...variant })),
    createdAt: createdAt.toISOString(),
    retiredAt: retiredAt?.toISOString() ?? null,
  };
}
