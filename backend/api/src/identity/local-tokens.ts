import { Injectable } from '@nestjs/common';
import { invalidField } from '../kernel/index.js';
import { Config } from '../platform/config/env.js';
import { Authenticator } from './authenticator.js';
import { FirstAdmin } from './first-admin.js';
import { isScope, permissionsOf, type Role } from './permissions.js';
import { TokensService } from './tokens.service.js';

const LOCAL_RESEARCHER = 'researcher@graft.local';
const TOKEN_NAME = 'commands on this machine';

/** Tokens for commands that run on the server itself: the demo, the benches, `npm run graft`. */
@Injectable()
export class LocalTokens {
  constructor(
    private readonly config: Config,
    private readonly authenticator: Authenticator,
    private readonly people: FirstAdmin,
    private readonly tokens: TokensService,
  ) {}

  /** One token per role: the ones the caller still has where they are valid, else new ones. Two people, since nobody approves their own rollout. */
  async ensure(adminEmail: string): Promise<Record<Role, string>> {
    const admin = await this.ensureOne(this.config.adminToken, adminEmail, 'admin');
    const researcher = await this.ensureOne(this.config.researcherToken, LOCAL_RESEARCHER, 'researcher');
    return { admin, researcher };
  }

  /** @throws DomainError `validation-failed` for a scope that names nothing */
  async mint(wanted: { name: string; email: string; role: Role; scopes: string[] }): Promise<string> {
    const unknown = wanted.scopes.find((scope) => !isScope(scope));
    if (unknown !== undefined)
      throw invalidField('scopes', 'permissions such as experiments:create or experiments:*', unknown);
    const person = await this.people.person(wanted.email, wanted.role);
    return (await this.tokens.mint(person.id, wanted)).secret;
  }

  private async ensureOne(known: string | undefined, email: string, role: Role): Promise<string> {
    const all = permissionsOf(role);
    const actor = known === undefined ? null : await this.authenticator.byToken(known);
    // An update may have added permissions since: a token that lacks them is replaced.
    if (known !== undefined && actor?.permissions.length === all.length) return known;
    return this.mint({ name: TOKEN_NAME, email, role, scopes: all });
  }
}
