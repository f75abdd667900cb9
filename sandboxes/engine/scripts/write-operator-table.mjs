// Writes the table of operators with a gradient into the README, from the rules themselves.
import { readFileSync, writeFileSync } from 'node:fs';
import { operatorTable } from '../dist/autodiff/rules.js';

const readme = new URL('../README.md', import.meta.url);
const between = /(<!-- operators: begin .*? -->\n)[\s\S]*?(<!-- operators: end -->)/;
writeFileSync(
  readme,
  readFileSync(readme, 'utf8').replace(between, (_, begin, end) => `${begin}\n${operatorTable()}\n\n${end}`),
);
