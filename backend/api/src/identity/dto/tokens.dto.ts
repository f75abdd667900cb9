import { z } from 'zod';
import { dto, listDto, listQuery, Timestamp } from '../../platform/http/index.js';
import type { ApiToken } from '../api-token.entity.js';
import { isScope } from '../permissions.js';

export const Scope = z
  .string()
  .refine(isScope, { error: 'a permission such as experiments:create, or a resource such as experiments:*' });

export const TokenDto = dto(
  'Token',
  z.strictObject({
    id: z.uuid(),
    name: z.string(),
    scopes: z.array(z.string()),
    createdAt: Timestamp,
    expiresAt: Timestamp.nullable(),
    lastUsedAt: Timestamp.nullable(),
  }),
);
export type TokenDto = z.infer<typeof TokenDto>;

export const TokenListDto = listDto('TokenList', TokenDto);
export type TokenListDto = z.infer<typeof TokenListDto>;

export const CreateTokenDto = dto(
  'CreateToken',
  z.strictObject({
    name: z.string().trim().min(1).max(100),
    scopes: z.array(Scope).min(1).max(50),
    expiresInDays: z
      .number()
      .int()
      .min(1)
      .max(3650)
      .optional()
      .describe('Never expires when absent. Never later than the token that makes it: see expiresAt'),
  }),
);
export type CreateTokenDto = z.infer<typeof CreateTokenDto>;

export const CreatedTokenDto = dto('CreatedToken', TokenDto.extend({ token: z.string().describe('Shown this once') }));
export type CreatedTokenDto = z.infer<typeof CreatedTokenDto>;

export const ListTokensQuery = listQuery(['name', 'createdAt'], { sort: 'createdAt', order: 'desc' });
export type ListTokensQuery = z.infer<typeof ListTokensQuery>;

export function tokenDto(token: ApiToken): TokenDto {
  const { id, name, scopes, createdAt, expiresAt, lastUsedAt } = token;
  return {
    id,
    name,
    scopes,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}
