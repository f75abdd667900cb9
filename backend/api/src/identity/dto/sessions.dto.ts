import { z } from 'zod';
import { dto } from '../../platform/http/index.js';
import type { Actor } from '../actor.js';
import { permissions } from '../permissions.js';
import { RoleDto } from './people.dto.js';

export const SignInDto = dto(
  'SignIn',
  z.strictObject({ email: z.string().min(1).max(200), password: z.string().min(1).max(200) }),
);
export type SignInDto = z.infer<typeof SignInDto>;

export const PermissionDto = dto('Permission', z.enum(permissions));

export const CurrentSessionDto = dto(
  'CurrentSession',
  z.strictObject({
    user: z.strictObject({ id: z.uuid(), email: z.string(), name: z.string(), role: RoleDto }),
    permissions: z.array(PermissionDto).describe('What this session or token may do'),
  }),
);
export type CurrentSessionDto = z.infer<typeof CurrentSessionDto>;

export function currentSessionDto(actor: Actor): CurrentSessionDto {
  const { personId, email, name, role } = actor;
  return { user: { id: personId, email, name, role }, permissions: [...actor.permissions] };
}
