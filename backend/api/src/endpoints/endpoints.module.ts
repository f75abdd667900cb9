import { Module } from '@nestjs/common';
import { DatabaseModule } from '../platform/database/index.js';
import { SandboxesModule } from '../sandboxes/index.js';
import { Endpoint, EndpointVariant, TrafficRevision } from './endpoint.entity.js';
import { EndpointsController } from './endpoints.controller.js';
import { EndpointsRepository } from './endpoints.repository.js';
import { EndpointsService } from './endpoints.service.js';

@Module({
  imports: [DatabaseModule.forFeature([Endpoint, EndpointVariant, TrafficRevision]), SandboxesModule],
  controllers: [EndpointsController],
  providers: [EndpointsRepository, EndpointsService],
  exports: [EndpointsService],
})
export class EndpointsModule {}
