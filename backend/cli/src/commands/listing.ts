import { Option, type Command } from 'commander';
import { UsageError } from '../exit-codes.js';
import { withConnection } from '../session.js';

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new UsageError(`expected a whole number from 1, found ${text}`);
  return value;
};

export interface PageOptions {
  page: number;
  perPage: number;
}

/** A `list` command: a page of a list, newest first as the server sorts. */
export const listCommand = (parent: Command, description: string): Command =>
  withConnection(parent.command('list'))
    .description(description)
    .addOption(new Option('--page <number>', 'page of the list').default(1).argParser(wholeNumber))
    .addOption(new Option('--per-page <number>', 'entries on a page, at most 200').default(50).argParser(wholeNumber));

export const pageOf = ({ page, perPage }: PageOptions): { page: number; perPage: number } => ({ page, perPage });

/** Times as people read them: to the minute, in UTC, as the server keeps them. */
export const when = (iso: string | null | undefined): string => (iso ? `${iso.slice(0, 10)} ${iso.slice(11, 16)}` : '');

/** Says how much of a list is not shown. */
export const more = (shown: number, total: number): string[] =>
  shown < total ? [`${shown} of ${total}; --page and --per-page show others`] : [];
