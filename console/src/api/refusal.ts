import { GraftProblem, isProblem } from '@graft/client';

type FieldError = { field: string; message: string };
/** Why an action did not happen, in the form the pages show. `status` 0: the server was not reached. */
export type Refusal = { status: number; code: string; message: string; fields: FieldError[] };

/** `steps[0].parameters.dataset` -> `steps.0.parameters.dataset`, as forms name their inputs. */
const dotted = (field: string): string => field.replaceAll(/\[(\d+)\]/g, '.$1');

/** Turns whatever was thrown into a sentence for a person, with the fields it is about. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof GraftProblem) {
    const { status, code, detail, errors = [], traceId } = error.problem;
    return {
      status,
      code,
      message: status >= 500 && traceId ? `${detail} (trace ${traceId})` : detail,
      fields: errors.map((entry) => ({
        field: dotted(entry.field),
        message: `expected ${entry.expected}, found ${entry.found}`,
      })),
    };
  }
  // What fetch throws when no answer came at all.
  if (error instanceof TypeError) {
    return {
      status: 0,
      code: 'unreachable',
      message: 'The server cannot be reached. Check that Graft is running and that this machine is on the network.',
      fields: [],
    };
  }
  return { status: 0, code: 'unexpected', message: error instanceof Error ? error.message : String(error), fields: [] };
}

/** The exception for an answer that the client did not read itself. */
export function problemFrom(status: number, body: unknown): GraftProblem {
  if (isProblem(body)) return new GraftProblem(body);
  const detail = `The server answered ${status} without saying why. Try again; if it stays, look into the server's log.`;
  return new GraftProblem({
    type: 'about:blank',
    title: 'Unexpected answer',
    status,
    code: 'unexpected-answer',
    detail,
    traceId: '',
  });
}
