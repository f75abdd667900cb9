import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

@Entity('models')
@Unique('models_name_key', ['name'])
export class Model {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'models_pkey' })
  id!: string;

  @Column('text')
  name!: string;

  @Column('text', { default: '' })
  description!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
