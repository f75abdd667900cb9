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

  it('finds items by words, and leads from an answer on to what is like it', async () => {
    open('/search-indexes/si-catalogue/show');
    fireEvent.change(await screen.findByLabelText('In words', {}, patiently), { target: { value: 'navy lamp' } });
    const found = await screen.findByRole('list', { name: 'Found items' }, patiently);
    const first = (await within(found).findAllByRole('button', { name: /^More like Navy .* lamp/ }, patiently))[0]!;
    fireEvent.click(first);
    expect(await screen.findByRole('application', { name: /Part of the picture/ }, patiently)).toBeTruthy();
    expect(screen.getByLabelText('Like this, but…')).toBeTruthy();
  });

  it('shows a space from the inside: a map, what neighbours share, and what the other snapshot finds instead', async () => {
    open('/runs/x-swap-vectors/space-report');
    expect(await screen.findByRole('img', { name: /Map of 360 items, coloured by/ }, patiently)).toBeTruthy();
    expect(screen.getByRole('img', { name: /^category: 91.0%/ })).toBeTruthy();
    expect(await screen.findAllByTitle(/only here/, {}, patiently)).not.toHaveLength(0);
    expect(await screen.findByRole('button', { name: 'Declare compatible' }, patiently)).toBeTruthy();
  });

  it('looks at the trainings of an experiment before it is launched', async () => {
    open('/experiments/create');
    fireEvent.click(await screen.findByText('Train and evaluate a classifier', {}, patiently));
    fireEvent.click(await screen.findByText('Check first', {}, patiently));
    expect(await screen.findByText(/\(preflight\)$/, { selector: 'h1' }, patiently)).toBeTruthy();
    expect(await screen.findByText('See what it would train on', {}, patiently)).toBeTruthy();
  });

  it('shows a training before it is paid for: what it reads, what is wrong with it, what it takes', async () => {
    open('/runs/x-swap-stock/preflight');
    const findings = await screen.findByLabelText('Findings', {}, patiently);
    expect(within(findings).getByText(/have the very picture of a training item/)).toBeTruthy();
    const batch = screen.getByLabelText('First batch');
    expect(within(batch).getAllByAltText(/as it is read$/)).toHaveLength(8);
    expect(within(batch).getAllByTitle(/^row \d+ of the table, weight 0\./)).not.toHaveLength(0);
    expect(within(batch).getAllByTitle('not counted in the loss')[0]?.tagName).toBe('DEL');
    expect(screen.getByText('3 min 6 s')).toBeTruthy();
  });

  it('says how much of a dataset the live vectors still stand for', async () => {
    open('/spaces');
    fireEvent.click((await screen.findAllByRole('link', { name: '9c41aa03be' }, patiently))[0]!);
    expect(await screen.findByRole('img', { name: /^Of 3,240 items: 3,198 with the vector/ }, patiently)).toBeTruthy();
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
