// Child process of the pool: checks one test after another and says before each which one it is, so that a crash has a name.
import { checkGradients } from './gradients.js';
import { checkLightGradients } from './light-models.js';
import { checkModel } from './models.js';
import { messageOf, failed, type Check, type Finding, type Outcome } from './outcome.js';
import { checkReadWrite } from './read-write.js';
import { checkRuns } from './runs.js';
import { checkShapes } from './shapes.js';
import type { SuiteTest } from './suite.js';

export interface Work {
  readonly test: SuiteTest;
  readonly operators: readonly string[];
  readonly check: Check;
}

export type Report = { readonly started: number } | { readonly finished: Finding };

const by: Readonly<Record<Check, (test: SuiteTest) => Outcome | Promise<Outcome>>> = {
  read_write: checkReadWrite,
  runs: checkRuns,
  shapes: checkShapes,
  gradients: checkGradients,
  models: checkModel,
  model_gradients: checkLightGradients,
};

async function answer(work: readonly Work[]): Promise<void> {
  for (const [index, { test, operators, check }] of work.entries()) {
    send({ started: index });
    let outcome: Outcome;
    try {
      outcome = await by[check](test);
    } catch (error) {
      outcome = failed(messageOf(error));
    }
    send({ finished: { test: test.name, check, operators, ...outcome } });
  }
  process.disconnect();
}

const send = (report: Report): void => {
  process.send!(report);
};

process.once('message', (work: Work[]) => void answer(work));
