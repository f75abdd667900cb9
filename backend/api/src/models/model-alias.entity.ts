import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ModelVersion } from './model-version.entity.js';
import { Model } from './model.entity.js';

/** A name that points at one version of a model. `champion` moves through rollouts only. */
@Entity('model_aliases')
export class ModelAlias {
  @ForeignKey(() => Model, { name: 'model_aliases_model_id_fkey' })
  @PrimaryColumn('uuid', { name: 'model_id', primaryKeyConstraintName: 'model_aliases_pkey' })
  modelId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'model_aliases_pkey' })
  alias!: string;

  @ForeignKey(() => ModelVersion, { name: 'model_aliases_version_id_fkey' })
  @Column('uuid', { name: 'version_id' })
  versionId!: string;

  @Column('timestamptz', { name: 'moved_at' })
  movedAt!: Date;
}
