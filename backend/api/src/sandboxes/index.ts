export { ModelServer, type ModelServerState } from './model-server.entity.js';
export { ModelServers } from './model-servers.js';
export type { IsolationLevel, SandboxLimits } from './sandbox-driver.js';
export type { CollectedArtifact, SandboxInput, SandboxJob, SandboxOutcome } from './sandbox-job.js';
export { SandboxHost } from './sandbox-host.js';
export { SandboxRunner, type RunningJob } from './sandbox-runner.js';
export { SandboxesModule } from './sandboxes.module.js';
export { isKnownDead, workerIdentity } from './worker-identity.js';
