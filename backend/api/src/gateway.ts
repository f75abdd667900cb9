import { startGateway } from './gateway/gateway.js';
import { loadConfig } from './platform/config/env.js';

const config = loadConfig('gateway');
const gateway = await startGateway(config);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void gateway.close());
await gateway.app.listen({ host: '127.0.0.1', port: config.gatewayPort });
