import { Global, Module } from '@nestjs/common';
import { LiveController } from './live.controller.js';
import { LiveHub } from './live.hub.js';
import { Live } from './live.js';

@Global()
@Module({ controllers: [LiveController], providers: [Live, LiveHub], exports: [Live, LiveHub] })
export class LiveModule {}
