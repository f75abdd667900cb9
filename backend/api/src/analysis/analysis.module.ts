import { Module } from '@nestjs/common';
import { EndpointsModule } from '../endpoints/index.js';
import { DatabaseModule } from '../platform/database/index.js';
import { AnalysesController } from './analyses.controller.js';
import { AnalysesRepository } from './analyses.repository.js';
import { AnalysesService } from './analyses.service.js';
import { EndpointAnalysis } from './endpoint-analysis.entity.js';

@Module({
  imports: [DatabaseModule.forFeature([EndpointAnalysis]), EndpointsModule],
  controllers: [AnalysesController],
  providers: [AnalysesRepository, AnalysesService],
  exports: [AnalysesService],
})
export class AnalysisModule {}
