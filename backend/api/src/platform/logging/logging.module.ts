import type { IncomingMessage, ServerResponse } from 'node:http';
import { LoggerModule, type Params } from 'nestjs-pino';
import { Config } from '../config/env.js';

/** Fields that may hold a secret, wherever in a log line they turn up. */
const REDACTED = [
  'req.headers.authorization',
  'req.headers.cookie',
  'res.headers["set-cookie"]',
  ...['password', 'token', 'secret', 'databaseUrl', 'redisUrl', 'adminPassword'].flatMap((name) => [name, `*.${name}`]),
];

/** One JSON line per event on standard output. Requests are logged by id, method, path and status; never by body. */
export const LoggingModule = LoggerModule.forRootAsync({
  inject: [Config],
  useFactory: (config: Config): Params<IncomingMessage, ServerResponse> => ({
    pinoHttp: {
      level: config.logLevel,
      base: { process: config.process, pid: process.pid },
      redact: { paths: REDACTED, censor: '(hidden)' },
      autoLogging: { ignore: (request) => /^\/(api\/(health|stream)|assets\/)/.test(request.url ?? '') },
      serializers: {
        req: (request: { id: string; method: string; url: string }) => ({
          id: request.id,
          method: request.method,
          url: request.url.split('?')[0],
        }),
        res: (response: { statusCode: number }) => ({ statusCode: response.statusCode }),
      },
      customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'error' : 'debug'),
    },
  }),
});
