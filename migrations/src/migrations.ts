import { CreatePlatformAndIdentity1795381200001 } from './1795381200001-create-platform-and-identity.js';
import { CreateArtifacts1795381200002 } from './1795381200002-create-artifacts.js';

/** Every migration, oldest first. A file that is not listed here fails a spec. */
export const migrations = [CreatePlatformAndIdentity1795381200001, CreateArtifacts1795381200002];
