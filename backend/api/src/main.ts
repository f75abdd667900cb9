import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { Logger } from 'nestjs-pino';
import { AppModule } from './app.module.js';
import { Config } from './platform/config/env.js';
import { configureHttp, fastifyAdapter } from './platform/http/fastify.js';
import { buildOpenApi } from './platform/openapi/document.js';
import { stopOnSignals } from './platform/shutdown.js';
import { proxyGateway } from './platform/static/gateway-proxy.js';
import { serveConsole } from './platform/static/static.js';

/** The api process: control plane, OpenAPI, the console's files, and the way to the gateway, all behind one address. */
const app = await NestFactory.create<NestFastifyApplication>(AppModule.forProcess('api'), fastifyAdapter(), {
  bufferLogs: true,
});
const logger = app.get(Logger);
app.useLogger(logger);
const config = app.get(Config);

await configureHttp(app);
SwaggerModule.setup('api/docs', app, buildOpenApi(app), { jsonDocumentUrl: 'api/openapi.json' });
const server = app.getHttpAdapter().getInstance();
await proxyGateway(server, config.gatewayPort);
await serveConsole(server, config.appRoot);

stopOnSignals(app);
await app.listen(config.port, config.host);
logger.log(`Listening on http://${config.host}:${config.port}`);
