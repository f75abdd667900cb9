import { z } from 'zod';
import { dto, listDto, listQuery, Timestamp } from '../../platform/http/index.js';
import { roles } from '../permissions.js';
import type { Person } from '../person.entity.js';

const Email = z
  .email()
  .max(200)
  .transform((email) => email.toLowerCase());
const PersonName = z.string().trim().min(1).max(100);
export const Password = z.string().min(12).max(200).describe('At least 12 characters');
export const RoleDto = dto('Role', z.enum(roles));

export const PersonDto = dto(
  'Person',
  z.strictObject({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    role: RoleDto,
    disabled: z.boolean().describe('A disabled person cannot sign in and their tokens are refused'),
    createdAt: Timestamp,
  }),
);
export type PersonDto = z.infer<typeof PersonDto>;

export const PersonListDto = listDto('PersonList', PersonDto);
export type PersonListDto = z.infer<typeof PersonListDto>;

export const CreatePersonDto = dto(
  'CreatePerson',
  z.strictObject({
    email: Email,
    name: PersonName,
    role: RoleDto,
    password: Password.optional().describe('Generated when absent'),
  }),
);
export type CreatePersonDto = z.infer<typeof CreatePersonDto>;

export const CreatedPersonDto = dto(
  'CreatedPerson',
  PersonDto.extend({
    generatedPassword: z.string().nullable().describe('Shown this once; null where a password was given'),
  }),
);
export type CreatedPersonDto = z.infer<typeof CreatedPersonDto>;

export const UpdatePersonDto = dto(
  'UpdatePerson',
  z.strictObject({ name: PersonName, role: RoleDto, disabled: z.boolean(), password: Password }).partial(),
);
export type UpdatePersonDto = z.infer<typeof UpdatePersonDto>;

export const ChangePasswordDto = dto(
  'ChangePassword',
  z.strictObject({ currentPassword: z.string().min(1).max(200), newPassword: Password }),
);
export type ChangePasswordDto = z.infer<typeof ChangePasswordDto>;

export const ListPeopleQuery = listQuery(['name', 'email', 'role', 'createdAt'], { sort: 'name', order: 'asc' }).extend(
  {
    q: z.string().max(100).optional().describe('Part of the name or e-mail'),
    role: RoleDto.optional(),
  },
);
export type ListPeopleQuery = z.infer<typeof ListPeopleQuery>;

export function personDto(person: Person): PersonDto {
  const { id, email, name, role, disabled, createdAt } = person;
  return { id, email, name, role, disabled, createdAt: createdAt.toISOString() };
}
