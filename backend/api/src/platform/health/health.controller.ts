import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { z } from 'zod';
import { dto, Operation, Public } from '../http/index.js';
import { HealthService } from './health.service.js';

const HealthDto = dto('Health', z.strictObject({ status: z.literal('ok') }));
type HealthDto = z.infer<typeof HealthDto>;

@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @Public()
  @Operation({ id: 'getLiveness', summary: 'The process runs', returns: HealthDto })
  live(): HealthDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @Public()
  @Operation({ id: 'getReadiness', summary: 'The process can answer: the database is there', returns: HealthDto })
  async ready(): Promise<HealthDto> {
    if (!(await this.health.ready())) throw new ServiceUnavailableException();
    return { status: 'ok' };
  }
}
