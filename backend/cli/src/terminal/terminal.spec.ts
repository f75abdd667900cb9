import { describe, expect, it } from 'vitest';
import { GraftProblem } from '@graft/client';
import { toProblem } from '../problem.js';
import { bar, Output, Progress } from './output.js';
import { milliseconds, percent, seconds, table, times } from './table.js';

const sink = (isTTY = false) => {
  const said: string[] = [];
  return { said, isTTY, write: (text: string) => said.push(text) };
};

describe('table', () => {
  it('aligns names left and numbers right', () => {
    expect(
      table(
        [{ title: 'name' }, { title: 'n', align: 'right' }],
        [
          ['chair', '7'],
          ['été', '1234'],
        ],
      ),
    ).toEqual(['name      n', '-----  ----', 'chair     7', 'été    1234']);
  });
  it('says what is missing when there is no row', () => {
    expect(table([{ title: 'name' }], [], 'no datasets yet: graft import FOLDER')).toEqual([
      'no datasets yet: graft import FOLDER',
    ]);
  });
  it('writes units', () => {
    expect([
      percent(0.1234),
      times(23.44),
      times(123.4),
      seconds(61_000),
      milliseconds(0.25),
      milliseconds(123.4),
    ]).toEqual(['12.3 %', '23.4x', '123x', '1 min 1 s', '250 µs', '123 ms']);
  });
});

describe('output', () => {
  it('writes one JSON document to standard output and all else to standard error', () => {
    const [out, err] = [sink(), sink()];
    const output = new Output(out, err, true);
    output.note('on the way');
    output.result({ a: 1 }, () => ['for people']);
    expect(out.said).toEqual(['{"a":1}\n']);
    expect(err.said).toEqual(['on the way\n']);
  });
  it('prints a problem as what, field, expected, found, what to do next', () => {
    const err = sink();
    const problem = toProblem(422, {
      title: 'Unprocessable',
      status: 422,
      code: 'validation',
      detail: 'One field was refused.',
      errors: [{ field: 'steps.0.recipe', expected: 'finetune', found: 'tune', message: 'unknown recipe' }],
      traceId: 't',
    });
    new Output(sink(), err, false).failure(new GraftProblem(problem));
    expect(err.said.join('')).toBe(
      'error: Unprocessable: One field was refused. [validation]\n  field     steps.0.recipe: unknown recipe\n  expected  finetune\n  found     tune\n  next      correct the fields named above and send it again\n',
    );
  });
  it('reads a problem out of anything', () => {
    expect(toProblem(502, '<html>')).toMatchObject({ status: 502, code: 'http-502', detail: '<html>' });
    expect(toProblem(400, { error: 'no such input' })).toMatchObject({
      detail: 'no such input',
      title: 'the server answered 400',
    });
  });
});

describe('progress', () => {
  it('rewrites one line in a terminal', () => {
    let clock = 1000;
    const err = sink(true);
    const progress = new Progress(err, () => clock);
    progress.update('a');
    progress.update('too soon');
    clock += 100;
    progress.update('b');
    progress.done('end');
    expect(err.said).toEqual(['\r\u001b[2Ka', '\r\u001b[2Kb', '\r\u001b[2K', 'end\n']);
  });
  it('says a plain line now and then elsewhere', () => {
    let clock = 10_000;
    const err = sink();
    const progress = new Progress(err, () => clock);
    progress.update('a');
    clock += 100;
    progress.update('b');
    clock += 6000;
    progress.update('c');
    progress.done();
    expect(err.said).toEqual(['a\n', 'c\n']);
  });
  it('draws a bar', () => {
    expect(bar(0.5, 4)).toBe('[##..]  50 %');
    expect(bar(7, 4)).toBe('[####] 100 %');
  });
});
