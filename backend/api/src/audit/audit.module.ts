import { Module } from '@nestjs/common';
import { DatabaseModule } from '../platform/database/index.js';
import { AuditEntry } from './audit-entry.entity.js';
import { AuditController } from './audit.controller.js';
import { AuditRecorder } from './audit.recorder.js';
import { AuditRepository } from './audit.repository.js';

@Module({
  imports: [DatabaseModule.forFeature([AuditEntry])],
  controllers: [AuditController],
  providers: [AuditRepository, AuditRecorder],
})
export class AuditModule {}
