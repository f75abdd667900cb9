import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';

/** Builds the OpenAPI document of every route from the decorators and the zod schemas they name. */
export function buildOpenApi(app: INestApplication): OpenAPIObject {
  const options = new DocumentBuilder()
    .setTitle('Graft')
    .setDescription('Swap a vision encoder for your own precomputed embeddings, prove it, serve it, promote it.')
    .setVersion('0.1.0')
    .addCookieAuth('graft_session', { type: 'apiKey', in: 'cookie' }, 'session')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'gft_...' }, 'token')
    .addSecurityRequirements('session')
    .addSecurityRequirements('token')
    .build();
  const document = SwaggerModule.createDocument(app, options, {
    autoTagControllers: false,
    standardSchemaConverter: (schema, { schemaType }) =>
      schema instanceof z.ZodType ? toOpenApi(schema, schemaType) : undefined,
  });
  return withTagsAndProblems(document);
}

/** Named schemas (`dto`), also nested ones, become components and are referred to; the rest stays where it is used. */
function toOpenApi(
  schema: z.ZodType,
  io: 'input' | 'output',
): { schema: unknown; components: Record<string, unknown> } {
  const { definitions = {}, ...own } = z.toJSONSchema(schema, {
    io,
    target: 'openapi-3.0',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => withoutNoise(jsonSchema),
  });
  return { schema: own, components: definitions as Record<string, unknown> };
}

/** Leaves out what a format says already and the bounds of every safe integer. */
function withoutNoise(jsonSchema: z.core.JSONSchema.BaseSchema): void {
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}

/** Tags an operation by its first URL segment, and gives problems their own media type (Nest declares all JSON alike). */
function withTagsAndProblems(document: OpenAPIObject): OpenAPIObject {
  for (const [url, path] of Object.entries(document.paths)) {
    for (const operation of [path.get, path.post, path.put, path.patch, path.delete]) {
      if (operation === undefined) continue;
      operation.tags = [url.split('/')[2] ?? url];
      const response = operation.responses['default'];
      if (response === undefined || !('content' in response) || response.content === undefined) continue;
      const { 'application/json': json } = response.content;
      if (json !== undefined) response.content = { 'application/problem+json': json };
    }
  }
  return document;
}
