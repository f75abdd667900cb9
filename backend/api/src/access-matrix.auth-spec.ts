import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { accessMatrix } from './testing/access-matrix.js';
import { AppModule } from './app.module.js';
import { permissions, permissionsOf, roles } from './identity/index.js';
import { ACCESS, AUDITED } from './platform/http/index.js';

interface Route {
  /** `POST /datasets/:id/imports` */
  readonly name: string;
  readonly access: string | undefined;
  readonly audited: string | undefined;
}

/** Every route of the real application, read from the metadata of its controllers: nothing is started. */
async function routesOfApp(): Promise<Route[]> {
  const app = await NestFactory.createApplicationContext(AppModule.forProcess('api'), { preview: true, logger: false });
  const controllers = [...app.get(ModulesContainer).values()].flatMap((module) => [...module.controllers.values()]);
  return controllers.flatMap(({ metatype }) => (typeof metatype === 'function' ? routesOf(metatype as Type) : []));
}

function routesOf(controller: Type): Route[] {
  const prefix = String(Reflect.getMetadata(PATH_METADATA, controller) ?? '');
  const prototype = controller.prototype as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((method) => {
    const handler = prototype[method];
    if (typeof handler !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, handler)) return [];
    const verb = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as number] ?? 'GET';
    const path = ['', prefix, String(Reflect.getMetadata(PATH_METADATA, handler))]
      .join('/')
      .replace(/\/+/g, '/')
      .replace(/(.)\/$/, '$1');
    const access = Reflect.getMetadata(ACCESS, handler) as string | undefined;
    return [{ name: `${verb} ${path}`, access, audited: Reflect.getMetadata(AUDITED, handler) as string | undefined }];
  });
}

describe('access matrix', () => {
  let routes: Route[];
  beforeAll(async () => {
    routes = await routesOfApp();
  });

  it('lists every route of the application, and no route that is gone', () => {
    expect(Object.keys(accessMatrix).sort()).toEqual(routes.map((route) => route.name).sort());
  });

  it('says for each route what it asks for', () => {
    const declared = Object.fromEntries(routes.map(({ name, access }) => [name, access ?? 'unguarded']));
    const expected = Object.fromEntries(Object.entries(accessMatrix).map(([name, [access]]) => [name, access]));
    expect(declared).toEqual(expected);
  });

  it('says for each permission which roles hold it', () => {
    for (const [name, [access, ...holders]] of Object.entries(accessMatrix)) {
      if (access === 'public' || access === 'signed-in') continue;
      expect(permissions, name).toContain(access);
      expect(
        roles.filter((role) => (permissionsOf(role) as string[]).includes(access)),
        name,
      ).toEqual(holders);
    }
  });

  it('audits every route that changes something, each under a name of its own', () => {
    const mutating = routes.filter(({ name }) => !name.startsWith('GET '));
    expect(mutating.filter(({ audited }) => audited === undefined).map(({ name }) => name)).toEqual([]);
    const actions = mutating.map(({ audited }) => audited);
    expect(new Set(actions).size).toBe(actions.length);
  });
});
