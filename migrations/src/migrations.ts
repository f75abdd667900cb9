import { CreatePlatformAndIdentity1795381200001 } from './1795381200001-create-platform-and-identity.js';
import { CreateArtifacts1795381200002 } from './1795381200002-create-artifacts.js';
import { CreateDatasets1795381200003 } from './1795381200003-create-datasets.js';
import { CreateSpacesAndModels1795381200020 } from './1795381200020-create-spaces-and-models.js';
import { CreateSandboxes1795381200021 } from './1795381200021-create-sandboxes.js';
import { CreateExperiments1795381200022 } from './1795381200022-create-experiments.js';
import { CreateBenchmarks1795381200023 } from './1795381200023-create-benchmarks.js';
import { CreateEndpoints1795381200031 } from './1795381200031-create-endpoints.js';
import { CreateRollouts1795381200032 } from './1795381200032-create-rollouts.js';
import { AddLiveSwitchesToSnapshots1795393724340 } from './1795393724340-add-live-switches-to-snapshots.js';
import { CreateSearchIndexes1795393762147 } from './1795393762147-create-search-indexes.js';
import { CreateVectorMisses1795395049274 } from './1795395049274-create-vector-misses.js';
import { CreateSpaceCompatibilities1795396000000 } from './1795396000000-create-space-compatibilities.js';

/** Every migration, oldest first. A file that is not listed here fails a spec. */
export const migrations = [
  CreatePlatformAndIdentity1795381200001,
  CreateArtifacts1795381200002,
  CreateDatasets1795381200003,
  CreateSpacesAndModels1795381200020,
  CreateSandboxes1795381200021,
  CreateExperiments1795381200022,
  CreateBenchmarks1795381200023,
  CreateEndpoints1795381200031,
  CreateRollouts1795381200032,
  AddLiveSwitchesToSnapshots1795393724340,
  CreateSearchIndexes1795393762147,
  CreateVectorMisses1795395049274,
  CreateSpaceCompatibilities1795396000000,
];
