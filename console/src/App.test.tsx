// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { App } from './App.js';
import { createFakeWorkspace } from './fake/fakeDataProvider.js';

afterEach(cleanup);

type Scene = Parameters<typeof createFakeWorkspace>[0];

/** Opens the whole console at an address, over a made-up workspace. */
function open(path: string, scene: Scene = {}): void {
  window.location.hash = `#${path}`;
  render(<App {...createFakeWorkspace(scene)} />);
}
const patiently = { timeout: 8_000 };

beforeEach(() => {
  window.localStorage.clear();
  window.matchMedia = (query) => ({
    matches: query.includes('min-width'),
    media: query,
    onchange: null,
    addEventListener: () => {},
    removeEventListener: () => {},
    addListener: () => {},
    removeListener: () => {},
    dispatchEvent: () => false,
  });
});

describe('the console', () => {
  it('lets an administrator decide on somebody else’s rollout', async () => {
    open('/rollouts/ro-2/show');
    fireEvent.click(await screen.findByRole('button', { name: 'Approve' }, patiently));
    const dialog = await screen.findByRole('dialog');
    fireEvent.change(within(dialog).getByLabelText(/Comment/), { target: { value: 'Good evidence.' } });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Approve' }));
    expect(await screen.findByRole('button', { name: 'Roll back' }, patiently)).toBeTruthy();
    expect(screen.getByText('“Good evidence.”')).toBeTruthy();
  });

  it('shows the evidence of a rollout that was opened from the list, whose rows lack it', async () => {
    open('/rollouts');
    fireEvent.click((await screen.findAllByRole('link', { name: 'tagger v2' }, patiently))[0]!);
    expect(await screen.findByText('On held-out items', {}, patiently)).toBeTruthy();
  });

  it('tells the requester that somebody else must approve', async () => {
    open('/rollouts/ro-2/show', { role: 'researcher' });
    expect(await screen.findByText('You asked for it, so somebody else must approve.', {}, patiently)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull();
  });

  it('shows why champion cannot be moved by hand, and the way that works', async () => {
    open('/models/m-tagger/show');
    fireEvent.click((await screen.findAllByRole('button', { name: 'Move' }, patiently))[0]!);
    const dialog = await screen.findByRole('dialog');
    fireEvent.click(within(dialog).getByRole('button', { name: 'Move' }));
    expect(await within(dialog).findByText(/only through an approved rollout/)).toBeTruthy();
    expect(within(dialog).getByRole('button', { name: 'Request a rollout instead' })).toBeTruthy();
  });

  it('hides from a researcher what only administrators may see', async () => {
    open('/', { role: 'researcher' });
    const nav = await screen.findByRole('navigation', { name: 'Main' }, patiently);
    await within(nav).findByRole('link', { name: 'Datasets' }, patiently);
    expect(within(nav).queryByRole('link', { name: 'Audit' })).toBeNull();
  });

  it('says what to do where nothing is yet', async () => {
    open('/experiments', { empty: true });
    expect(await screen.findByText('No experiments yet', {}, patiently)).toBeTruthy();
  });

  it('explains a refused sign-in', async () => {
    open('/login', { signedIn: false });
    fireEvent.change(await screen.findByLabelText(/E-mail/, {}, patiently), { target: { value: 'ada@example.org' } });
    fireEvent.change(screen.getByLabelText(/Password/), { target: { value: 'wrong' } });
    fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));
    expect((await screen.findByRole('alert', {}, patiently)).textContent).toContain('E-mail or password is not right');
  });
});
