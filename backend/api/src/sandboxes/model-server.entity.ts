import { Check, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ModelVersion } from '../models/index.js';
import { ServerColumns } from './server.entity.js';

/** The sandbox that serves one model version. */
@Entity('model_servers')
@Check('model_servers_state_check', `state IN ('stopped', 'starting', 'ready', 'failed')`)
export class ModelServer extends ServerColumns {
  @ForeignKey(() => ModelVersion, { name: 'model_servers_model_version_id_fkey' })
  @PrimaryColumn('uuid', { name: 'model_version_id', primaryKeyConstraintName: 'model_servers_pkey' })
  modelVersionId!: string;
}
