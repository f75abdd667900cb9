import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import { createGraftClient, orThrow } from '@graft/client';
import { expect } from '@playwright/test';
import type { Instance } from './instance.js';

const password = 'correct horse battery staple';
const accounts = new Map<string, string>();

/** E-mail of a person with this role who can sign in; made once for each platform. */
async function account(graft: Instance, role: 'researcher' | 'admin'): Promise<string> {
  const key = `${graft.url} ${role}`;
  const known = accounts.get(key);
  if (known !== undefined) return known;
  const admin = createGraftClient({ baseUrl: graft.url, token: graft.facts.tokens.admin });
  const email = `${role}-${randomUUID().slice(0, 8)}@example.org`;
  await orThrow(admin.POST('/api/people', { body: { email, name: `E2E ${role}`, role, password } }));
  accounts.set(key, email);
  return email;
}

/** Signs in as a person does: by the form. */
export async function signIn(page: Page, graft: Instance, role: 'researcher' | 'admin'): Promise<void> {
  const email = await account(graft, role);
  await page.goto(graft.url);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('navigation').first()).toBeVisible();
}
