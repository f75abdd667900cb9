import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { fastifyAdapter } from './platform/http/fastify.js';
import { buildOpenApi } from './platform/openapi/document.js';

/** Writes openapi.json from the decorators alone: preview mode creates no provider, so nothing connects anywhere. */
const app = await NestFactory.create<NestFastifyApplication>(AppModule.forProcess('api'), fastifyAdapter(), {
  preview: true,
  logger: ['error', 'warn'],
});
app.setGlobalPrefix('api');
const target = new URL('../openapi.json', import.meta.url);
await writeFile(target, `${JSON.stringify(buildOpenApi(app), null, 2)}\n`);
