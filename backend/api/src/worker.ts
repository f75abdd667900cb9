import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Logger } from 'nestjs-pino';
import { AppModule } from './app.module.js';
import { stopOnSignals } from './platform/shutdown.js';

/** The worker process: jobs, sweeps and event handlers. Any number of them may run, on any number of machines. */
const app = await NestFactory.createApplicationContext(AppModule.forProcess('worker'), { bufferLogs: true });
const logger = app.get(Logger);
app.useLogger(logger);
stopOnSignals(app);
logger.log('Working');
