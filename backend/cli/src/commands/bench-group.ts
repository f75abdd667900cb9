import type { Command } from 'commander';

/** `graft bench`: each figure is a command of it, added by whoever measures it. */
export const benchGroup = (program: Command): Command =>
  program.commands.find((command) => command.name() === 'bench') ??
  program.command('bench').description('make a published figure again');
