import { SetMetadata } from '@nestjs/common';
import { ACCESS } from '../platform/http/index.js';
import type { Permission } from './permissions.js';

/** Only actors that hold the permission may call this route. */
export const Requires = (permission: Permission): MethodDecorator => SetMetadata(ACCESS, permission);
